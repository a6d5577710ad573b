/** Saving from the dialog: what the outcome of `saveBudget` does to the form. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { toast } from "@/lib/toast";
import { t as words } from "../manifests/messages";
import { type BudgetForm, formOf } from "./budget-form";
import { t } from "./messages";
import { type Budget, budgetName, budgetsQuery } from "./queries";
import { type Obstacle, type Outcome, type SaveRequest, saveBudget } from "./save-budget";

interface SaveOptions {
  form: UseFormReturn<BudgetForm>;
  /** Of the budget that the form begins with; null for a new one. */
  begun: string | null;
  onSaved: () => void;
}

export function useSaveBudget({ form, begun, onSaved }: SaveOptions) {
  const client = useQueryClient();
  const [version, setVersion] = useState(begun);
  const [obstacle, setObstacle] = useState<Obstacle | null>(null);
  const tell = (outcome: Outcome, request: SaveRequest) => {
    void client.invalidateQueries({ queryKey: budgetsQuery.queryKey });
    setObstacle(outcome.kind === "changed" || outcome.kind === "managed" ? outcome : null);
    if (outcome.kind === "taken") form.setError("name", { message: t.form.taken });
    if (outcome.kind === "saved") {
      toast.success(t.form.saved(budgetName(request.form)));
      onSaved();
    }
  };
  const mutation = useMutation({ mutationFn: saveBudget, onSuccess: tell });
  return {
    obstacle,
    error: mutation.error,
    busy: mutation.isPending,
    save: (force = false) =>
      form.handleSubmit((values) => mutation.mutate({ form: values, version, force }))(),
    /** After somebody else's change: their budget instead of what was typed, or that over theirs. */
    resolve: (choice: "reload" | "rebase", stored: Budget | null) => {
      setVersion(stored?.version ?? null);
      setObstacle(null);
      if (choice === "rebase") toast.success(words.kept);
      else if (stored) form.reset(formOf(stored.namespace, stored.name, stored.spec));
    },
  };
}
