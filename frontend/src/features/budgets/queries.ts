/** What pages ask the gateway about budgets. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, send } from "@/lib/api";
import { type BudgetForm, specOf } from "./budget-form";

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

export function useSaveBudget() {
  return useChange((form: BudgetForm) =>
    send(
      api.PUT("/api/v1/budgets/{namespace}/{name}", {
        params: { path: { namespace: form.namespace, name: form.name } },
        body: { spec: specOf(form) },
      }),
    ),
  );
}

export function useDeleteBudget() {
  return useChange(({ namespace, name }: Budget) =>
    send(
      api.DELETE("/api/v1/budgets/{namespace}/{name}", { params: { path: { namespace, name } } }),
    ),
  );
}

function useChange<Wanted, Result>(mutationFn: (wanted: Wanted) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: budgetsQuery.queryKey }),
  });
}
