import { cn } from "@/lib/class-names";
import { formatUsd } from "@/lib/format";

/** An amount in USD, or a dash where none is known. */
export function Money({
  usd,
  className,
}: {
  usd: number | string | null | undefined;
  className?: string;
}) {
  const known = usd !== null && usd !== undefined;
  return (
    <span
      className={cn("whitespace-nowrap tabular-nums", className)}
      title={known ? `${usd} USD` : undefined}
    >
      {known ? formatUsd(usd) : "–"}
    </span>
  );
}
