/** What pages ask the gateway about budgets. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, send } from "@/lib/api";

export type Budget = Schemas["BudgetView"];

const REFRESH_MS = 15_000;

export const budgetsQuery = queryOptions({
  queryKey: ["budgets"],
  queryFn: async ({ signal }) => (await send(api.GET("/api/v1/budgets", { signal }))).items,
  refetchInterval: REFRESH_MS,
});

export function budgetName(budget: Pick<Budget, "namespace" | "name">): string {
  return `${budget.namespace}/${budget.name}`;
}

/** With `force` also one that something else manages and may bring back. */
export function deleteBudget({ namespace, name }: Budget, force: boolean): Promise<unknown> {
  const params = { path: { namespace, name }, query: { force } };
  return send(api.DELETE("/api/v1/budgets/{namespace}/{name}", { params }));
}
