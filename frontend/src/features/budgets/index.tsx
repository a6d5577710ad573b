import { useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { useCaller, useMay } from "@/lib/session";
import { toast } from "@/lib/toast";
import { DeleteDialog } from "../manifests/delete-dialog";
import { BudgetDialog, type EditedBudget } from "./budget-dialog";
import { emptyBudgetForm, formOf } from "./budget-form";
import { BudgetList } from "./budget-list";
import { t } from "./messages";
import { type Budget, budgetName, budgetsQuery, deleteBudget } from "./queries";

const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** `/budgets`: everybody sees how they stand, admins change them. */
export function BudgetsPage() {
  const isAdmin = useMay("admin");
  const home = useCaller().namespaces.find((each) => NAMESPACE.test(each)) ?? "default";
  const [edited, setEdited] = useState<EditedBudget | null>(null);
  const [doomed, setDoomed] = useState<Budget | null>(null);
  const create = isAdmin && (
    <Button onClick={() => setEdited({ form: emptyBudgetForm(home), version: null })}>
      <Plus aria-hidden />
      {t.create}
    </Button>
  );
  const edit = (budget: Budget) =>
    setEdited({
      form: formOf(budget.namespace, budget.name, budget.spec),
      version: budget.version,
    });
  return (
    <Page>
      <PageHeader actions={create} description={t.description} title={t.title} />
      <BudgetList
        actions={isAdmin ? (budget) => actions(budget, edit, setDoomed) : undefined}
        create={create}
      />
      <BudgetDialog edited={edited} onClose={() => setEdited(null)} />
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
  const client = useQueryClient();
  const told = () => {
    void client.invalidateQueries({ queryKey: budgetsQuery.queryKey });
    toast.success(t.removal.done(budgetName(budget)));
  };
  return (
    <DeleteDialog
      label={t.removal.submit}
      name={budget.name}
      onDeleted={told}
      onOpenChange={(open) => !open && onClose()}
      open
      remove={(force) => deleteBudget(budget, force)}
      text={t.removal.description}
      title={t.removal.title(budget.name)}
    />
  );
}
