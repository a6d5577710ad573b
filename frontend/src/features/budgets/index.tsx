import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { useCaller, useMay } from "@/lib/session";
import { toast } from "@/lib/toast";
import { BudgetDialog } from "./budget-dialog";
import { type BudgetForm, emptyBudgetForm, formOf } from "./budget-form";
import { BudgetList } from "./budget-list";
import { t } from "./messages";
import { type Budget, budgetName, budgetsQuery, useDeleteBudget } from "./queries";

const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** `/budgets`: everybody sees how they stand, admins change them. */
export function BudgetsPage() {
  const isAdmin = useMay("admin");
  const home = useCaller().namespaces.find((each) => NAMESPACE.test(each)) ?? "default";
  const [edited, setEdited] = useState<{ form: BudgetForm; exists: boolean } | null>(null);
  const [doomed, setDoomed] = useState<Budget | null>(null);
  const { data } = useQuery(budgetsQuery);
  const taken = useMemo(() => new Set(data?.map(budgetName)), [data]);
  const create = isAdmin && (
    <Button onClick={() => setEdited({ form: emptyBudgetForm(home), exists: false })}>
      <Plus aria-hidden />
      {t.create}
    </Button>
  );
  const edit = (budget: Budget) =>
    setEdited({ form: formOf(budget.namespace, budget.name, budget.spec), exists: true });
  return (
    <Page>
      <PageHeader actions={create} description={t.description} title={t.title} />
      <BudgetList
        actions={isAdmin ? (budget) => actions(budget, edit, setDoomed) : undefined}
        create={create}
      />
      <BudgetDialog
        exists={edited?.exists ?? false}
        initial={edited?.form ?? null}
        onClose={() => setEdited(null)}
        taken={taken}
      />
      {doomed && <DeleteBudget budget={doomed} onClose={() => setDoomed(null)} />}
    </Page>
  );
}

function actions(
  budget: Budget,
  onEdit: (budget: Budget) => void,
  onRemove: (budget: Budget) => void,
) {
  const name = budgetName(budget);
  return (
    <>
      <Button
        aria-label={`${t.edit} ${name}`}
        onClick={() => onEdit(budget)}
        size="icon-sm"
        variant="ghost"
      >
        <Pencil aria-hidden />
      </Button>
      <Button
        aria-label={`${t.remove} ${name}`}
        onClick={() => onRemove(budget)}
        size="icon-sm"
        variant="ghost"
      >
        <Trash2 aria-hidden />
      </Button>
    </>
  );
}

function DeleteBudget({ budget, onClose }: { budget: Budget; onClose: () => void }) {
  const remove = useDeleteBudget();
  const confirm = () =>
    remove.mutate(budget, {
      onSuccess: () => {
        toast.success(t.removal.done(budgetName(budget)));
        onClose();
      },
      onError: (error) => toast.failure(t.removal.failed, error),
    });
  return (
    <ConfirmDialog
      busy={remove.isPending}
      confirmLabel={t.removal.submit}
      description={t.removal.description}
      onConfirm={confirm}
      onOpenChange={(open) => !open && onClose()}
      open
      title={t.removal.title(budget.name)}
      typed={budget.name}
    />
  );
}
