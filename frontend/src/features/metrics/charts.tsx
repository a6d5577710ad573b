import type { ReactNode } from "react";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { formatSeconds, formatShort, formatUsd } from "@/lib/format";
import { lazyPart } from "@/lib/lazy-part";
import { t } from "./messages";
import { momentText, timeText } from "./moments";
import type { Range } from "./ranges";
import { counts, latency, type Percentile, type Report } from "./series";

const TimeChart = lazyPart(() => import("./time-chart"));

export interface ChartsProps {
  report: Report;
  range: Range;
  percentile: Percentile;
}

/** The four charts of the page. */
export function Charts({ report, range, percentile }: ChartsProps) {
  const rows = counts(report).map((row) => ({ ...row }));
  const times = {
    formatTime: timeText(range),
    formatMoment: momentText,
    fallback: <Skeleton className="h-56" />,
  };
  const { lines, rows: latencies, leftOut } = latency(report, percentile);
  const single = report.series.length === 1;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Panel title={t.requests}>
        <TimeChart
          {...times}
          formatValue={formatShort}
          lines={[
            { key: "succeeded", label: t.succeeded },
            { key: "errors", label: t.errors },
            { key: "denied", label: t.denied },
          ]}
          rows={rows}
          kind="bars"
          whole
        />
      </Panel>
      <Panel title={single ? t.latency : t.latencyOf(percentile)}>
        <TimeChart
          {...times}
          formatValue={formatSeconds}
          kind="lines"
          lines={lines.map((line) => ({ key: line, label: line }))}
          rows={latencies}
        />
        {leftOut > 0 && <p className="text-muted-foreground text-xs">{t.leftOut(leftOut)}</p>}
      </Panel>
      <Panel title={t.tokens}>
        <TimeChart
          {...times}
          formatValue={formatShort}
          lines={[
            { key: "inputTokens", label: t.input },
            { key: "outputTokens", label: t.output },
          ]}
          rows={rows}
          kind="bars"
          whole
        />
      </Panel>
      <Panel title={t.cost}>
        <TimeChart
          {...times}
          formatValue={formatUsd}
          lines={[{ key: "costUsd", label: t.cost }]}
          rows={rows}
          kind="bars"
        />
      </Panel>
    </div>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
      </CardHeader>
      <CardContent className="sm:pt-3">{children}</CardContent>
    </Card>
  );
}
