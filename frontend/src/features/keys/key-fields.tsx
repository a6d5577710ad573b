/** Fields that the forms of new and of known keys share. */
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { t } from "./messages";
import { LIMITS } from "./new-key";

interface KeyTextProps<Form extends FieldValues> {
  form: UseFormReturn<Form>;
  name: Path<Form>;
  label: string;
  hint?: string;
  required?: boolean;
  numeric?: boolean;
}

export function KeyText<Form extends FieldValues>(props: KeyTextProps<Form>) {
  const { form, name, label, hint, required = false, numeric } = props;
  const error = form.getFieldState(name, form.formState).error?.message;
  return (
    <FormField error={error} hint={hint} label={label} required={required}>
      {(control) => (
        <Input
          {...control}
          {...form.register(name)}
          autoComplete="off"
          inputMode={numeric ? "numeric" : "text"}
          spellCheck={false}
        />
      )}
    </FormField>
  );
}

/** For any form that has the limits by their names. */
export function LimitFields<Form extends FieldValues>({ form }: { form: UseFormReturn<Form> }) {
  return (
    <fieldset>
      <legend className="pb-2 font-medium text-sm">{t.form.limits}</legend>
      <div className="grid gap-4 sm:grid-cols-3">
        {LIMITS.map((name) => (
          <KeyText form={form} key={name} label={t.form[name]} name={name as Path<Form>} numeric />
        ))}
      </div>
    </fieldset>
  );
}
