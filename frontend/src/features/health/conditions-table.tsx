import { type Column, DataTable } from "@/components/data-table";
import { RelativeTime } from "@/components/relative-time";
import { Badge } from "@/components/ui/badge";
import type { Schemas } from "@/lib/api";
import { adviceFor, isIntended } from "./advice";
import { t } from "./messages";
import { ResourceLink } from "./resource-link";
import { byUrgency } from "./standing";

type Condition = Schemas["ConditionView"];

/** What is not as it should be, with the way to it and what to do. */
export function ConditionsTable({ conditions }: { conditions: Condition[] }) {
  return (
    <DataTable
      caption={t.caption}
      columns={COLUMNS}
      rowKey={(each) => [each.kind, each.namespace, each.name, each.type].join("/")}
      rows={byUrgency(conditions) as Condition[]}
    />
  );
}

const COLUMNS: Column<Condition>[] = [
  {
    id: "resource",
    header: t.columns.resource,
    onPhone: "title",
    sortBy: (each) => `${each.kind} ${each.namespace}/${each.name}`,
    cell: (each) => <ResourceLink {...each} />,
  },
  {
    id: "condition",
    header: t.columns.condition,
    sortBy: (each) => each.reason,
    cell: (each) => (
      <span className="flex flex-col items-start gap-1 max-sm:items-end">
        <Badge tone={isIntended(each.reason) ? "neutral" : "warning"}>{each.reason}</Badge>
        <span className="text-muted-foreground text-xs">
          {isIntended(each.reason) ? t.intended : `${each.type} = ${each.status}`}
        </span>
      </span>
    ),
  },
  {
    id: "message",
    header: t.columns.message,
    className: "min-w-64 max-w-xl",
    cell: (each) => (
      <span className="block break-words text-left">
        {each.message}
        <span className="block text-muted-foreground text-xs">
          <span className="font-medium">{t.advice}</span> {adviceFor(each.reason)}
        </span>
      </span>
    ),
  },
  {
    id: "since",
    header: t.columns.since,
    sortBy: (each) => each.since ?? "",
    cell: (each) => <RelativeTime at={each.since} className="whitespace-nowrap" />,
  },
];
