import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Button } from "@/components/ui/button";
import { EventDrawer } from "./event-drawer";
import { EventTable } from "./event-table";
import { ExportMenu } from "./export-menu";
import { FilterForm } from "./filter-form";
import type { AuditFilters } from "./filters";
import { t } from "./messages";
import { type AuditEvent, auditQuery } from "./queries";

export interface AuditLogProps {
  filters: AuditFilters;
  onFilter: (filters: AuditFilters) => void;
}

/** Events, newest first, page by page; older ones are added below. */
export function AuditLog({ filters, onFilter }: AuditLogProps) {
  const log = useInfiniteQuery(auditQuery(filters));
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const events = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex flex-col gap-4">
      <FilterForm filters={filters} onApply={onFilter} />
      {log.error && <ErrorState error={log.error} onRetry={log.refetch} title={t.failed} />}
      {log.isPending && <ListSkeleton rows={8} />}
      {log.isSuccess && events.length === 0 && <EmptyState {...t.empty} icon={ScrollText} />}
      {events.length > 0 && (
        <>
          <div className="flex items-center justify-between gap-2">
            <p className="text-muted-foreground text-xs">{t.shown(events.length)}</p>
            <ExportMenu events={events} />
          </div>
          <EventTable events={events} onOpen={setOpen} />
        </>
      )}
      {log.hasNextPage && (
        <Button
          className="self-center"
          disabled={log.isFetchingNextPage}
          onClick={() => log.fetchNextPage()}
          variant="outline"
        >
          {t.more}
        </Button>
      )}
      <EventDrawer event={open} onClose={() => setOpen(null)} />
    </div>
  );
}
