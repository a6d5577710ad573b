import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ChartLine } from "lucide-react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { FigureCard } from "@/components/figure-card";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { formatCount, formatPercent, formatShort, formatUsd } from "@/lib/format";
import { Charts } from "./charts";
import { Controls } from "./controls";
import { t } from "./messages";
import { MetricsTable } from "./metrics-table";
import { metricsQuery } from "./queries";
import { refreshEvery } from "./ranges";
import type { MetricsSearch } from "./search";
import { counts, type Report, totals } from "./series";

const route = getRouteApi("/app/traffic");

/** `/traffic`: traffic, latency, tokens and cost over time, of all agents or of one. */
export function MetricsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const range = search.range ?? "1h";
  const { data, error, refetch } = useQuery(metricsQuery(range, search));
  const change = (part: Partial<MetricsSearch>) =>
    navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <Page>
      <PageHeader
        description={`${t.description} ${t.refreshed(refreshEvery(range) / 1000)}`}
        title={t.title}
      />
      <Controls onChange={change} search={search} />
      <div className="flex flex-col gap-4">
        {error && <ErrorState error={error} onRetry={refetch} title={t.failed} />}
        {data ? <Shown report={data} search={search} /> : !error && <ListSkeleton />}
      </div>
    </Page>
  );
}

function Shown({ report, search }: { report: Report; search: MetricsSearch }) {
  const percentile = search.percentile ?? "p95";
  if (report.series.length === 0) return <EmptyState {...t.empty} icon={ChartLine} />;
  return (
    <>
      <Figures report={report} />
      {search.view === "table" ? (
        <MetricsTable percentile={percentile} report={report} />
      ) : (
        <Charts percentile={percentile} range={search.range ?? "1h"} report={report} />
      )}
    </>
  );
}

function Figures({ report }: { report: Report }) {
  const sums = totals(counts(report));
  const share = (part: number) => t.share(formatPercent((100 * part) / Math.max(1, sums.requests)));
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-5">
      <FigureCard label={t.requests} value={formatCount(sums.requests)} />
      <FigureCard hint={share(sums.errors)} label={t.errors} value={formatCount(sums.errors)} />
      <FigureCard hint={share(sums.denied)} label={t.denied} value={formatCount(sums.denied)} />
      <FigureCard
        hint={`${formatShort(sums.inputTokens)} ${t.input}, ${formatShort(sums.outputTokens)} ${t.output}`}
        label={t.tokens}
        value={formatShort(sums.inputTokens + sums.outputTokens)}
      />
      <FigureCard label={t.cost} value={formatUsd(sums.costUsd)} />
    </div>
  );
}
