/** What happened to an agent and its workers lately. */

import { useQuery } from "@tanstack/react-query";
import { type Column, DataTable } from "@/components/data-table";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { RelativeTime } from "@/components/relative-time";
import { Badge } from "@/components/ui/badge";
import type { Schemas } from "@/lib/api";
import type { Place } from "../manifests/save";
import { t } from "./messages";
import { agentEventsQuery } from "./queries";

type Event = Schemas["EventView"];

const COLUMNS: readonly Column<Event>[] = [
  {
    id: "reason",
    header: t.eventColumns.reason,
    onPhone: "title",
    cell: (event) => (
      <Badge tone={event.type === "Warning" ? "warning" : "neutral"}>{event.reason}</Badge>
    ),
  },
  {
    id: "message",
    header: t.eventColumns.message,
    cell: (event) => event.message,
    className: "min-w-64 break-words",
  },
  {
    id: "object",
    header: t.eventColumns.object,
    cell: (event) => event.object,
    className: "break-all",
  },
  {
    id: "count",
    header: t.eventColumns.count,
    align: "right",
    sortBy: (event) => event.count,
    cell: (event) => event.count,
  },
  {
    id: "last",
    header: t.eventColumns.last,
    sortBy: (event) => event.last_seen ?? "",
    cell: (event) => <RelativeTime at={event.last_seen} className="whitespace-nowrap" />,
  },
];

export function AgentEvents(place: Place) {
  const { data, error, refetch } = useQuery(agentEventsQuery(place));
  if (error && !data) return <ErrorState title={t.eventsFailed} error={error} onRetry={refetch} />;
  if (!data) return <ListSkeleton />;
  if (data.length === 0) return <p className="text-muted-foreground">{t.noEvents}</p>;
  return (
    <DataTable
      caption={t.events}
      rows={data}
      columns={COLUMNS}
      rowKey={(event) => `${event.object} ${event.reason} ${event.message}`}
      initialSort={{ column: "last", descending: true }}
    />
  );
}
