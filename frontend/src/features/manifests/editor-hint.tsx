/** Tells those who may only look why there are no buttons. */

import { Eye } from "lucide-react";
import { useCaller, useMay } from "@/lib/session";
import { t } from "./messages";

export function EditorHint() {
  const caller = useCaller();
  if (useMay("editor")) return null;
  return (
    <p className="mb-4 flex items-start gap-2 rounded-md bg-info-soft p-3 text-info text-sm">
      <Eye aria-hidden className="mt-0.5 size-4 shrink-0" />
      {t.needsEditor(caller.role)}
    </p>
  );
}
