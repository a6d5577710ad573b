import { CloudOff } from "lucide-react";
import { t } from "@/messages/common";
import { useLostConnection } from "./connection";

/** Above every page, while what stands on it may be old. */
export function ConnectionNotice() {
  const lost = useLostConnection();
  return (
    <div role="status">
      {lost && (
        <p className="flex items-center gap-2 border-warning/40 border-b bg-warning-soft px-4 py-2 text-warning">
          <CloudOff aria-hidden className="size-4 shrink-0" />
          <span>
            <strong className="font-medium">{t.connection[lost]}</strong> {t.connection.hint}
          </span>
        </p>
      )}
    </div>
  );
}
