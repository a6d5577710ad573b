import { zodResolver } from "@hookform/resolvers/zod";
import { type FieldPath, type UseFormReturn, useForm } from "react-hook-form";
import { ErrorState } from "@/components/error-state";
import { FormDialog, InSight, type TellDirty, useTellDirty } from "@/components/form-dialog";
import { Button } from "@/components/ui/button";
import { DialogClose, DialogFooter } from "@/components/ui/dialog";
import { FormField } from "@/components/ui/form-field";
import { Select } from "@/components/ui/select";
import { ApiError } from "@/lib/api-error";
import { t as common } from "@/messages/common";
import { KeyText, LimitFields } from "./key-fields";
import { t } from "./messages";
import { EXPIRY_PRESETS, emptyKeyForm, type NewKeyForm, newKeyBody, newKeyForm } from "./new-key";
import { type Reveal, useCreateKey } from "./queries";
import { RoleChoice } from "./role-choice";

export interface CreateKeyDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  reveal: Reveal;
}

export function CreateKeyDialog({ open, onOpenChange, reveal }: CreateKeyDialogProps) {
  const close = () => onOpenChange(false);
  return (
    <FormDialog description={t.form.description} onClose={close} open={open} title={t.form.title}>
      {(tellDirty) => <KeyForm onMade={close} reveal={reveal} tellDirty={tellDirty} />}
    </FormDialog>
  );
}

interface KeyFormProps {
  onMade: () => void;
  reveal: Reveal;
  tellDirty: TellDirty;
}

function KeyForm({ onMade, reveal, tellDirty }: KeyFormProps) {
  const form = useForm<NewKeyForm>({
    resolver: zodResolver(newKeyForm),
    defaultValues: emptyKeyForm,
  });
  const create = useCreateKey(reveal);
  useTellDirty(tellDirty, form.formState.isDirty);
  const submit = form.handleSubmit((values) =>
    create.mutate(newKeyBody(values, Date.now()), {
      onSuccess: onMade,
      onError: (error) => blame(form, ApiError.of(error)),
    }),
  );
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      {create.error && (
        <InSight>
          <ErrorState error={create.error} title={t.form.failed} />
        </InSight>
      )}
      <KeyText form={form} hint={t.form.ownerHint} label={t.form.owner} name="owner" required />
      <RoleChoice field={form.register("role")} />
      <Reach form={form} />
      <LimitFields form={form} />
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="outline">{common.cancel}</Button>
        </DialogClose>
        <Button disabled={create.isPending} type="submit">
          {t.form.submit}
        </Button>
      </DialogFooter>
    </form>
  );
}

function Reach({ form }: { form: UseFormReturn<NewKeyForm> }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <KeyText form={form} hint={t.form.agentsHint} label={t.form.agents} name="agents" />
      <FormField label={t.form.expiry}>
        {(control) => (
          <Select {...control} {...form.register("expiry")} defaultValue={emptyKeyForm.expiry}>
            {EXPIRY_PRESETS.map((preset) => (
              <option key={preset} value={preset}>
                {t.expiry[preset]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      <KeyText form={form} hint={t.form.nameHint} label={t.form.name} name="name" />
      <KeyText form={form} hint={t.form.teamHint} label={t.form.team} name="team" />
      <KeyText form={form} hint={t.form.namespaceHint} label={t.form.namespace} name="namespace" />
      <KeyText
        form={form}
        hint={t.form.namespacesHint}
        label={t.form.namespaces}
        name="namespaces"
      />
    </div>
  );
}

/** Shows a refusal of the gateway at the field that it names, where the form has it. */
function blame(form: UseFormReturn<NewKeyForm>, error: ApiError): void {
  const field = error.param?.split(".").find((part) => part in emptyKeyForm);
  if (field) form.setError(field as FieldPath<NewKeyForm>, { message: error.message });
}
