import { NeedsRole } from "@/components/needs-role";
import { KeysOverview } from "./keys-overview";
import { t } from "./messages";

/** `/keys`. */
export function KeysPage() {
  return (
    <NeedsRole needed="admin" title={t.title}>
      <KeysOverview />
    </NeedsRole>
  );
}
