import { useQuery } from "@tanstack/react-query";
import { Wallet } from "lucide-react";
import type { ReactNode } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { BudgetCard } from "./budget-card";
import { t } from "./messages";
import { type Budget, budgetName, budgetsQuery } from "./queries";

export interface BudgetListProps {
  /** Shown when there is no budget yet. */
  create?: ReactNode;
  /** Buttons of a budget. */
  actions?: ((budget: Budget) => ReactNode) | undefined;
}

export function BudgetList({ create, actions: buttons }: BudgetListProps) {
  const { data, error, refetch } = useQuery(budgetsQuery);
  if (error && !data) return <ErrorState error={error} onRetry={refetch} title={t.failed} />;
  if (!data) return <ListSkeleton rows={3} />;
  if (data.length === 0) return <EmptyState {...t.empty} action={create} icon={Wallet} />;
  return (
    <ul className="grid gap-4 lg:grid-cols-2">
      {data.map((budget) => (
        <li key={budgetName(budget)}>
          <BudgetCard actions={buttons?.(budget)} budget={budget} />
        </li>
      ))}
    </ul>
  );
}
