import { useSyncExternalStore } from "react";
import { formatMoment, formatRelative } from "@/lib/format";
import { t } from "@/messages/common";

const REFRESH_MS = 30_000;

/** One clock for all of them: a long list has hundreds. */
const tick = () => Math.floor(Date.now() / REFRESH_MS);

function subscribe(onTick: () => void): () => void {
  listeners.add(onTick);
  timer ??= setInterval(() => listeners.forEach((listen) => void listen()), REFRESH_MS);
  return () => {
    listeners.delete(onTick);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** `3 minutes ago`, kept current; the exact moment is in its title. */
export function RelativeTime({
  at,
  className,
}: {
  at: string | null | undefined;
  className?: string;
}) {
  useSyncExternalStore(subscribe, tick);
  if (!at) return <span className={className}>{t.never}</span>;
  return (
    <time dateTime={at} title={formatMoment(at)} className={className}>
      {formatRelative(at)}
    </time>
  );
}
