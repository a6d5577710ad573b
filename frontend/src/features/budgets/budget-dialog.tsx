import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { ErrorState } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { toast } from "@/lib/toast";
import { t as common } from "@/messages/common";
import { AmountFields, ScopeFields, SwitchFields } from "./budget-fields";
import { type BudgetForm, budgetForm } from "./budget-form";
import { t } from "./messages";
import { budgetName, useSaveBudget } from "./queries";
import { ThresholdFields } from "./threshold-fields";

export interface BudgetDialogProps {
  /** What the form begins with; null closes the dialog. */
  initial: BudgetForm | null;
  /** A budget that exists keeps its name and scope. */
  exists: boolean;
  /** `namespace/name` of the budgets there are: a new one must not replace one by mistake. */
  taken: ReadonlySet<string>;
  onClose: () => void;
}

export function BudgetDialog(props: BudgetDialogProps) {
  const { initial, exists, onClose } = props;
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open={initial !== null}>
      <DialogContent className="max-w-2xl">
        <DialogHeader>
          <DialogTitle>
            {exists && initial ? t.form.editTitle(initial.name) : t.form.createTitle}
          </DialogTitle>
          <DialogDescription>{t.form.description}</DialogDescription>
        </DialogHeader>
        {initial && <Fields {...props} initial={initial} />}
      </DialogContent>
    </Dialog>
  );
}

function Fields({ initial, exists, taken, onClose }: BudgetDialogProps & { initial: BudgetForm }) {
  const form = useForm<BudgetForm>({ resolver: zodResolver(budgetForm), defaultValues: initial });
  const save = useSaveBudget();
  const submit = form.handleSubmit((values) => {
    if (!exists && taken.has(budgetName(values))) {
      return form.setError("name", { message: t.form.taken });
    }
    save.mutate(values, {
      onSuccess: () => {
        toast.success(t.form.saved(budgetName(values)));
        onClose();
      },
    });
  });
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      {save.error && <ErrorState error={save.error} title={t.form.failed} />}
      <ScopeFields exists={exists} form={form} />
      <AmountFields form={form} />
      <ThresholdFields form={form} />
      <SwitchFields form={form} />
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="outline">{common.cancel}</Button>
        </DialogClose>
        <Button disabled={save.isPending} type="submit">
          {exists ? t.form.save : t.form.create}
        </Button>
      </DialogFooter>
    </form>
  );
}
