import { type Column, DataTable } from "@/components/data-table";
import { formatCount, formatSeconds, formatUsd } from "@/lib/format";
import { t } from "./messages";
import { momentText } from "./moments";
import { type CountRow, counts, latency, type Percentile, type Report } from "./series";

interface Row extends CountRow {
  latency: Record<string, number | null>;
}

/** The same as the charts, in words and numbers; moments in which something happened. */
export function MetricsTable({ report, percentile }: { report: Report; percentile: Percentile }) {
  const { lines, rows } = latency(report, percentile);
  const byMoment = new Map(rows.map((row) => [row.at, row]));
  const busy = counts(report)
    .filter((row) => row.requests > 0)
    .map((row) => ({ ...row, latency: byMoment.get(row.at) ?? {} }));
  return (
    <DataTable
      caption={t.caption}
      columns={[...COLUMNS, ...lines.map((line) => latencyColumn(line))]}
      initialSort={{ column: "at", descending: true }}
      rowKey={(row) => String(row.at)}
      rows={busy}
    />
  );
}

const COLUMNS: Column<Row>[] = [
  {
    id: "at",
    header: t.time,
    onPhone: "title",
    className: "whitespace-nowrap",
    sortBy: (row) => row.at,
    cell: (row) => momentText(row.at),
  },
  counted("requests", t.requests),
  counted("errors", t.errors),
  counted("denied", t.denied),
  counted("inputTokens", t.input),
  counted("outputTokens", t.output),
  {
    id: "cost",
    header: t.cost,
    align: "right",
    sortBy: (row) => row.costUsd,
    cell: (row) => formatUsd(row.costUsd),
  },
];

type Count = Exclude<keyof CountRow, "at" | "costUsd">;

function counted(name: Count, header: string): Column<Row> {
  return {
    id: name,
    header,
    align: "right",
    sortBy: (row) => row[name],
    cell: (row) => formatCount(row[name]),
  };
}

function latencyColumn(line: string): Column<Row> {
  return {
    id: `latency ${line}`,
    header: line,
    align: "right",
    sortBy: (row) => row.latency[line] ?? -1,
    cell: (row) => secondsOf(row.latency[line]),
  };
}

function secondsOf(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : formatSeconds(value);
}
