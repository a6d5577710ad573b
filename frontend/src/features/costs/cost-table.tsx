import { type Column, DataTable } from "@/components/data-table";
import { formatCount, formatMicroUsd, formatPercent } from "@/lib/format";
import { type Group, nameOf, ordered, type Row, type Sums, shareOf } from "./grouping";
import { t } from "./messages";

export interface CostTableProps {
  rows: Row[];
  total: Sums;
  by: Group;
}

export function CostTable({ rows, total, by }: CostTableProps) {
  return (
    <DataTable
      caption={t.caption(t.groups[by])}
      columns={columns(by, total)}
      rowKey={(row) => nameOf(row, by)}
      rows={ordered(rows, by)}
    />
  );
}

function columns(by: Group, total: Sums): Column<Row>[] {
  return [
    {
      id: "name",
      header: t.groups[by],
      onPhone: "title",
      sortBy: (row) => nameOf(row, by),
      cell: (row) => <span className="break-all font-medium">{nameOf(row, by) || t.none[by]}</span>,
    },
    {
      id: "cost",
      header: t.cost,
      align: "right",
      sortBy: (row) => row.cost_micro_usd,
      cell: (row) => formatMicroUsd(row.cost_micro_usd),
    },
    {
      id: "share",
      header: t.share,
      align: "right",
      sortBy: (row) => shareOf(row, total),
      cell: (row) => formatPercent(shareOf(row, total)),
    },
    counted("calls", t.calls),
    counted("input_tokens", t.input),
    counted("cached_tokens", t.cached),
    counted("output_tokens", t.output),
  ];
}

function counted(name: Exclude<keyof Sums, "cost_micro_usd">, header: string): Column<Row> {
  return {
    id: name,
    header,
    align: "right",
    sortBy: (row) => row[name],
    cell: (row) => formatCount(row[name]),
  };
}
