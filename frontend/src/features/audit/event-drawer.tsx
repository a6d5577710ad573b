import { CopyButton } from "@/components/copy-button";
import { Sheet, SheetContent } from "@/components/ui/sheet";
import { formatExact } from "@/lib/format";
import { t } from "./messages";
import type { AuditEvent } from "./queries";

export interface EventDrawerProps {
  /** null closes it. */
  event: AuditEvent | null;
  onClose: () => void;
}

/** Everything that the log has of one event. */
export function EventDrawer({ event, onClose }: EventDrawerProps) {
  return (
    <Sheet onOpenChange={(open) => !open && onClose()} open={event !== null}>
      {event && (
        <SheetContent className="w-[min(32rem,100%)]" side="right" title={t.event(event.seq)}>
          <Facts event={event} />
        </SheetContent>
      )}
    </Sheet>
  );
}

const FIELDS = Object.keys(t.fields) as (keyof typeof t.fields)[];
const COPIED: readonly string[] = ["request_id", "hash", "id"];

function Facts({ event }: { event: AuditEvent }) {
  const detail = JSON.stringify(event.detail, null, 2);
  return (
    <div className="flex-1 overflow-y-auto p-4">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
        {FIELDS.map((name) => (
          <div className="contents" key={name}>
            <dt className="text-muted-foreground text-xs leading-5">{t.fields[name]}</dt>
            <dd className="flex items-start gap-1 break-all text-sm">
              <span className="min-w-0 flex-1">{shown(event, name)}</span>
              {COPIED.includes(name) && event[name] && (
                <CopyButton className="-mt-1.5 size-7" value={String(event[name])} />
              )}
            </dd>
          </div>
        ))}
      </dl>
      <h3 className="pt-4 pb-1.5 text-muted-foreground text-xs">{t.detail}</h3>
      <pre className="whitespace-pre-wrap break-all rounded-md border bg-muted p-3 font-mono text-xs">
        {detail}
      </pre>
    </div>
  );
}

function shown(event: AuditEvent, name: keyof typeof t.fields): string {
  if (name === "at") return `${formatExact(event.at)} (${event.at})`;
  return String(event[name]) || "–";
}
