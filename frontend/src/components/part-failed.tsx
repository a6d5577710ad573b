import type { PartFailure } from "@/lib/lazy-part";
import { reloadIfServed } from "@/lib/page-code";
import { t } from "@/messages/common";
import { ErrorState } from "./error-state";
import { Button } from "./ui/button";

export interface PartFailedProps {
  failure: PartFailure;
  title?: string;
}

/** In place of a part of a page whose code could not be fetched; the page around it stays. */
export function PartFailed({ failure, title = t.errors.part }: PartFailedProps) {
  return (
    <div className="flex flex-col gap-2">
      <ErrorState title={title} error={failure.error} onRetry={failure.retry} />
      <ReloadButton />
    </div>
  );
}

/** Loads the document anew: after a new version there are other files. */
export function ReloadButton() {
  return (
    <Button
      variant="outline"
      size="sm"
      className="self-start"
      onClick={() => void reloadIfServed()}
    >
      {t.reload}
    </Button>
  );
}
