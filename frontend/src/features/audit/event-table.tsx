import { ChevronRight } from "lucide-react";
import { type Column, DataTable } from "@/components/data-table";
import { Badge, type BadgeTone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { formatExact } from "@/lib/format";
import { actionName } from "./actions";
import { t } from "./messages";
import type { AuditEvent } from "./queries";

export interface EventTableProps {
  events: AuditEvent[];
  onOpen: (event: AuditEvent) => void;
}

export function EventTable({ events, onOpen }: EventTableProps) {
  return (
    <DataTable
      actions={(event) => (
        <Button
          aria-label={t.details(event.seq)}
          onClick={() => onOpen(event)}
          size="icon-sm"
          variant="ghost"
        >
          <ChevronRight aria-hidden />
        </Button>
      )}
      caption={t.caption}
      columns={COLUMNS}
      rowKey={(event) => String(event.seq)}
      rows={events}
    />
  );
}

/** What was refused stands out; so does what is gone for good. */
function toneOf(action: string): BadgeTone {
  if (action.endsWith(".denied") || action.endsWith(".failed")) return "danger";
  if (["key.revoked", "resource.deleted", "budget.alert"].includes(action)) return "warning";
  return action.startsWith("session.") ? "neutral" : "info";
}

const COLUMNS: Column<AuditEvent>[] = [
  {
    id: "at",
    header: t.columns.at,
    className: "whitespace-nowrap tabular-nums",
    cell: (event) => <time dateTime={event.at}>{formatExact(event.at)}</time>,
  },
  {
    id: "action",
    header: t.columns.action,
    onPhone: "title",
    cell: (event) => <Badge tone={toneOf(event.action)}>{actionName(event.action)}</Badge>,
  },
  {
    id: "actor",
    header: t.columns.actor,
    className: "break-all",
    cell: (event) => event.actor || <span className="text-muted-foreground">{t.nobody}</span>,
  },
  {
    id: "subject",
    header: t.columns.subject,
    className: "break-all",
    cell: (event) => event.subject,
  },
  {
    id: "namespace",
    header: t.columns.namespace,
    onPhone: "hidden",
    cell: (event) => event.namespace || "–",
  },
];
