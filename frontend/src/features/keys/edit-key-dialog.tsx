import { zodResolver } from "@hookform/resolvers/zod";
import { type UseFormReturn, useForm } from "react-hook-form";
import { ErrorState } from "@/components/error-state";
import { FormDialog, InSight, type TellDirty, useTellDirty } from "@/components/form-dialog";
import { Button } from "@/components/ui/button";
import { DialogClose, DialogFooter } from "@/components/ui/dialog";
import { FormField } from "@/components/ui/form-field";
import { Select } from "@/components/ui/select";
import { ApiError } from "@/lib/api-error";
import { formatMoment } from "@/lib/format";
import { toast } from "@/lib/toast";
import { t as common } from "@/messages/common";
import { ManagedNotice } from "../manifests/obstacle-notice";
import { conflictOf } from "../manifests/save";
import { type EditKeyForm, editFormOf, editKeyForm, keyChanges } from "./edit-key";
import { KeyText, LimitFields } from "./key-fields";
import { keyState } from "./key-state";
import { t } from "./messages";
import { EXPIRY_PRESETS } from "./new-key";
import { type Key, keyName, useEditKey } from "./queries";

export interface EditKeyDialogProps {
  /** The key to edit; null closes the dialog. */
  target: Key | null;
  onClose: () => void;
}

export function EditKeyDialog({ target, onClose }: EditKeyDialogProps) {
  return (
    <FormDialog
      description={t.edit.description}
      onClose={onClose}
      open={target !== null}
      title={target ? t.edit.title(target.name) : ""}
    >
      {(tellDirty) => target && <Fields apiKey={target} onDone={onClose} tellDirty={tellDirty} />}
    </FormDialog>
  );
}

interface FieldsProps {
  apiKey: Key;
  onDone: () => void;
  tellDirty: TellDirty;
}

function Fields({ apiKey, onDone, tellDirty }: FieldsProps) {
  const form = useForm<EditKeyForm>({
    resolver: zodResolver(editKeyForm),
    defaultValues: editFormOf(apiKey),
  });
  const edit = useEditKey();
  useTellDirty(tellDirty, form.formState.isDirty);
  const save = (force = false) =>
    form.handleSubmit((values) => {
      const changes = keyChanges(values, apiKey, Date.now());
      if (changes === null) return onDone();
      const onSuccess = () => {
        toast.success(t.edit.done(keyName(apiKey)));
        onDone();
      };
      edit.mutate({ key: apiKey, changes, force }, { onSuccess });
    })();
  return (
    <form
      className="flex flex-col gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {edit.error && (
        <InSight>
          <Refused error={edit.error} onForce={() => void save(true)} />
        </InSight>
      )}
      <KeyText form={form} hint={t.form.ownerHint} label={t.form.owner} name="owner" required />
      <LimitFields form={form} />
      <Expiry apiKey={apiKey} form={form} />
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="outline">{common.cancel}</Button>
        </DialogClose>
        <Button disabled={edit.isPending} type="submit">
          {common.save}
        </Button>
      </DialogFooter>
    </form>
  );
}

function Refused({ error, onForce }: { error: unknown; onForce: () => void }) {
  const failed = ApiError.of(error);
  if (conflictOf(failed) === "managed") {
    return <ManagedNotice message={failed.message} onForce={onForce} />;
  }
  return <ErrorState error={failed} title={t.edit.failed} />;
}

function Expiry({ apiKey, form }: { apiKey: Key; form: UseFormReturn<EditKeyForm> }) {
  const expired = keyState(apiKey, Date.now()) === "expired";
  const end = apiKey.expires_at ? formatMoment(apiKey.expires_at) : t.expiry.never;
  return (
    <FormField hint={expired ? t.edit.expired : undefined} label={t.form.expiry}>
      {(control) => (
        <Select {...control} {...form.register("expiry")} defaultValue="keep">
          <option value="keep">{t.edit.keep(end)}</option>
          {EXPIRY_PRESETS.filter((preset) => preset !== "never" || apiKey.expires_at).map(
            (preset) => (
              <option key={preset} value={preset}>
                {t.expiry[preset]}
              </option>
            ),
          )}
        </Select>
      )}
    </FormField>
  );
}
