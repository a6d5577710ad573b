/** The conditions of a resource's status: what holds, why, and since when. */

import { type Column, DataTable } from "@/components/data-table";
import { RelativeTime } from "@/components/relative-time";
import { Badge, type BadgeTone } from "@/components/ui/badge";
import type { Schemas } from "@/lib/api";
import { t } from "./messages";

type Condition = Schemas["Condition"];

/** Conditions that are good when they are False, as kstatus defines them. */
const GOOD_WHEN_FALSE = new Set(["Reconciling", "Stalled"]);

function toneOf({ type, status }: Condition): BadgeTone {
  if (status === "Unknown") return "warning";
  const good = GOOD_WHEN_FALSE.has(type) ? "False" : "True";
  if (status === good) return "success";
  return type === "Reconciling" ? "warning" : "danger";
}

const COLUMNS: readonly Column<Condition>[] = [
  {
    id: "type",
    header: t.condition,
    onPhone: "title",
    className: "font-medium",
    cell: ({ type }) => type,
  },
  {
    id: "status",
    header: t.status,
    cell: (condition) => <Badge tone={toneOf(condition)}>{condition.status}</Badge>,
  },
  { id: "reason", header: t.reason, cell: ({ reason }) => reason },
  {
    id: "message",
    header: t.message,
    className: "min-w-48 break-words",
    cell: ({ message }) => message || "–",
  },
  {
    id: "since",
    header: t.since,
    cell: ({ lastTransitionTime }) => (
      <RelativeTime at={lastTransitionTime} className="whitespace-nowrap" />
    ),
  },
];

export function ConditionsTable({ conditions }: { conditions: readonly Condition[] }) {
  if (conditions.length === 0) return <p className="text-muted-foreground">{t.noConditions}</p>;
  return (
    <DataTable
      caption={t.conditions}
      rows={conditions}
      columns={COLUMNS}
      rowKey={({ type }) => type}
    />
  );
}
