import { useEffect, useState } from "react";
import { formatMoment, formatRelative } from "@/lib/format";
import { t } from "@/messages/common";

const REFRESH_MS = 30_000;

/** `3 minutes ago`, kept current; the exact moment is in its title. */
export function RelativeTime({
  at,
  className,
}: {
  at: string | null | undefined;
  className?: string;
}) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <span className={className}>{t.never}</span>;
  return (
    <time dateTime={at} title={formatMoment(at)} className={className}>
      {formatRelative(at, now)}
    </time>
  );
}
