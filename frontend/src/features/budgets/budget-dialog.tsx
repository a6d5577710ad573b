import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { ErrorState } from "@/components/error-state";
import { FormDialog, InSight, type TellDirty, useTellDirty } from "@/components/form-dialog";
import { Button } from "@/components/ui/button";
import { DialogClose, DialogFooter } from "@/components/ui/dialog";
import { t as common } from "@/messages/common";
import { ObstacleNotice } from "../manifests/obstacle-notice";
import { AmountFields, ScopeFields, SwitchFields } from "./budget-fields";
import { type BudgetForm, budgetForm } from "./budget-form";
import { t } from "./messages";
import { ThresholdFields } from "./threshold-fields";
import { useSaveBudget } from "./use-save-budget";

/** A budget in the hands of somebody who changes it. */
export interface EditedBudget {
  form: BudgetForm;
  /** As it was when they began; null for a new one. Only one that exists keeps its name and scope. */
  version: string | null;
}

export interface BudgetDialogProps {
  /** What the form begins with; null closes the dialog. */
  edited: EditedBudget | null;
  onClose: () => void;
}

export function BudgetDialog({ edited, onClose }: BudgetDialogProps) {
  const exists = edited !== null && edited.version !== null;
  return (
    <FormDialog
      description={t.form.description}
      onClose={onClose}
      open={edited !== null}
      title={exists ? t.form.editTitle(edited.form.name) : t.form.createTitle}
    >
      {(tellDirty) => edited && <Fields edited={edited} onSaved={onClose} tellDirty={tellDirty} />}
    </FormDialog>
  );
}

interface FieldsProps {
  edited: EditedBudget;
  onSaved: () => void;
  tellDirty: TellDirty;
}

function Fields({ edited, onSaved, tellDirty }: FieldsProps) {
  const form = useForm<BudgetForm>({
    resolver: zodResolver(budgetForm),
    defaultValues: edited.form,
  });
  const saving = useSaveBudget({ form, begun: edited.version, onSaved });
  const exists = edited.version !== null;
  useTellDirty(tellDirty, form.formState.isDirty);
  return (
    <form
      className="flex flex-col gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void saving.save();
      }}
    >
      {saving.error && (
        <InSight>
          <ErrorState error={saving.error} title={t.form.failed} />
        </InSight>
      )}
      {saving.obstacle && (
        <InSight>
          <ObstacleNotice
            obstacle={saving.obstacle}
            onForce={() => void saving.save(true)}
            onResolve={saving.resolve}
          />
        </InSight>
      )}
      <ScopeFields exists={exists} form={form} />
      <AmountFields form={form} />
      <ThresholdFields form={form} />
      <SwitchFields form={form} />
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="outline">{common.cancel}</Button>
        </DialogClose>
        <Button disabled={saving.busy} type="submit">
          {exists ? t.form.save : t.form.create}
        </Button>
      </DialogFooter>
    </form>
  );
}
