import { cn } from "@/lib/class-names";
import { formatUsd } from "@/lib/format";
import {
  type BudgetState,
  budgetState,
  marks,
  percentText,
  shares,
  wholePercent,
} from "./budget-state";
import { t } from "./messages";
import { type Budget, budgetName } from "./queries";

const FILLS: Record<BudgetState, string> = {
  fine: "bg-success",
  watching: "bg-info",
  near: "bg-warning",
  exceeded: "bg-destructive",
  tight: "bg-destructive",
  uncounted: "bg-info",
  broken: "bg-warning",
};

/** What is spent, what is set aside, and where thresholds lie; screen readers get it in words. */
export function BudgetProgress({ budget }: { budget: Budget }) {
  const share = shares(budget);
  if (share === null) return <p className="text-muted-foreground text-xs">{t.notCounted}</p>;
  const spoken = t.spoken(
    formatUsd(budget.spent_usd ?? 0),
    formatUsd(budget.amount_usd),
    percentText(share.spent),
    formatUsd(budget.reserved_usd ?? 0),
  );
  return (
    <div className="relative">
      <div
        aria-label={t.progressOf(budgetName(budget))}
        aria-valuemax={100}
        aria-valuemin={0}
        aria-valuenow={Math.min(wholePercent(share.spent), 100)}
        aria-valuetext={spoken}
        className="flex h-2.5 w-full overflow-hidden rounded-full bg-secondary"
        role="progressbar"
      >
        <div
          className={cn("h-full", FILLS[budgetState(budget)])}
          style={{ width: `${share.shownSpent}%` }}
        />
        <div
          className="h-full bg-muted-foreground/40"
          style={{ width: `${share.shownReserved}%` }}
        />
      </div>
      <Marks budget={budget} />
    </div>
  );
}

function Marks({ budget }: { budget: Budget }) {
  return marks(budget.spec).map(({ percent, action }) => (
    <span
      aria-hidden
      className="absolute -top-1 h-4.5 w-0.5 -translate-x-1/2 rounded bg-foreground"
      key={`${percent}-${action}`}
      style={{ left: `${percent}%` }}
      title={t.mark(percent, action)}
    />
  ));
}
