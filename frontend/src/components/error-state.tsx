import { RotateCw, TriangleAlert } from "lucide-react";
import { ApiError } from "@/lib/api-error";
import { t } from "@/messages/common";
import { CopyButton } from "./copy-button";
import { Button } from "./ui/button";

export interface ErrorStateProps {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}

/** Says what went wrong, what to do, and the id under which the gateway's log knows it. */
export function ErrorState({ error, title = t.errors.title, onRetry }: ErrorStateProps) {
  const failed = ApiError.of(error);
  return (
    <div
      role="alert"
      className="flex flex-col items-start gap-3 rounded-lg border border-destructive/40 bg-destructive-soft p-4 sm:flex-row"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-destructive" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        <p className="mt-0.5 break-words">{failed.message || t.errors.status(failed.status)}</p>
        {failed.status === 403 && <p className="mt-0.5">{t.errors.forbidden}</p>}
        {failed.requestId && <RequestId id={failed.requestId} />}
      </div>
      {onRetry && (
        <Button variant="outline" size="sm" onClick={onRetry}>
          <RotateCw aria-hidden />
          {t.retry}
        </Button>
      )}
    </div>
  );
}

export function RequestId({ id }: { id: string }) {
  return (
    <p className="mt-1 flex flex-wrap items-center gap-1 text-xs">
      {t.requestId}: <code className="break-all font-mono">{id}</code>
      <CopyButton value={id} label={`${t.copy}: ${t.requestId}`} className="size-6" />
    </p>
  );
}
