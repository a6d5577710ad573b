import { Link } from "@tanstack/react-router";
import { RotateCw, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { RequestId } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import { t } from "../messages";
import type { Failure } from "../stream/events";
import { adviceFor, type NextStep } from "./failure-advice";

export interface FailureNoticeProps {
  failure: Failure;
  /** It happened just now: screen readers read it at once. */
  news: boolean;
  onRetry: (() => void) | undefined;
}

/** Why there is no whole answer, and what to do about it. */
export function FailureNotice({ failure, news, onRetry }: FailureNoticeProps) {
  const advice = adviceFor(failure);
  return (
    <div
      role={news ? "alert" : "note"}
      className="mt-3 flex gap-3 rounded-lg border border-warning/40 bg-warning-soft p-3"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{advice.title}</p>
        {advice.text && <p className="mt-0.5 break-words">{advice.text}</p>}
        {failure.requestId && <RequestId id={failure.requestId} />}
        <div className="flex flex-wrap gap-2 pt-2 empty:hidden">
          {onRetry && <RetryButton wait={advice.wait} onRetry={onRetry} />}
          <NextLink next={advice.next} />
        </div>
      </div>
    </div>
  );
}

/** Counts down while it is too early. */
function RetryButton({ wait = 0, onRetry }: { wait: number | undefined; onRetry: () => void }) {
  const [left, setLeft] = useState(wait);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <Button variant="outline" size="sm" disabled={left > 0} onClick={onRetry}>
      <RotateCw aria-hidden />
      {left > 0 ? t.retryIn(Math.ceil(left)) : t.retry}
    </Button>
  );
}

const LINKS = {
  budgets: { to: "/budgets", label: t.failure.budgetNext },
  agents: { to: "/agents", label: t.failure.missingNext },
  "new-chat": { to: "/chat", label: t.newChat },
} as const;

function NextLink({ next }: { next: NextStep }) {
  if (next === "retry") return null;
  const { to, label } = LINKS[next];
  return (
    <Button asChild variant="outline" size="sm">
      <Link to={to}>{label}</Link>
    </Button>
  );
}
