import { t } from "@/messages/common";
import { Skeleton } from "./ui/skeleton";

/** Rows that are on their way. */
export function ListSkeleton({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" aria-label={t.loading} className="flex flex-col gap-2">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <Skeleton key={row} className="h-11" />
      ))}
    </div>
  );
}
