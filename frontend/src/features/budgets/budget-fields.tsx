import { Controller, type FieldPath, type UseFormReturn } from "react-hook-form";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { type BudgetForm, PERIODS, SCOPES } from "./budget-form";
import { t } from "./messages";

interface FieldsProps {
  form: UseFormReturn<BudgetForm>;
}

const TIME_ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export function ScopeFields({ form, exists }: FieldsProps & { exists: boolean }) {
  const kind = form.watch("scopeKind");
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField fixed={exists} form={form} label={t.form.namespace} name="namespace" />
      <TextField fixed={exists} form={form} label={t.form.name} name="name" />
      <FormField hint={exists ? undefined : t.form.scopeHint} label={t.form.scope}>
        {(control) => (
          <Select {...control} {...form.register("scopeKind")} aria-disabled={exists}>
            {SCOPES.filter((scope) => !exists || scope === kind).map((scope) => (
              <option key={scope} value={scope}>
                {t.scopes[scope]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      {kind !== "Namespace" && (
        <TextField fixed={exists} form={form} label={t.form.scopeName} name="scopeName" />
      )}
    </div>
  );
}

export function AmountFields({ form }: FieldsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <TextField decimal form={form} label={t.form.amount} name="amount" />
      <FormField label={t.form.period}>
        {(control) => (
          <Select
            {...control}
            {...form.register("period")}
            defaultValue={form.formState.defaultValues?.period}
          >
            {PERIODS.map((period) => (
              <option key={period} value={period}>
                {t.periods[period]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      <TextField
        form={form}
        hint={t.form.timeZoneHint}
        label={t.form.timeZone}
        name="timeZone"
        suggestions={TIME_ZONES}
      />
    </div>
  );
}

export function SwitchFields({ form }: FieldsProps) {
  return (
    <div className="flex flex-col gap-3">
      <SwitchField form={form} hint={t.form.enforceHint} label={t.form.enforce} name="enforce" />
      <SwitchField form={form} hint={t.form.failOpenHint} label={t.form.failOpen} name="failOpen" />
    </div>
  );
}

type TextName = Extract<
  FieldPath<BudgetForm>,
  "namespace" | "name" | "scopeName" | "amount" | "timeZone"
>;

interface TextFieldProps extends FieldsProps {
  name: TextName;
  label: string;
  hint?: string;
  fixed?: boolean;
  decimal?: boolean;
  suggestions?: string[];
}

function TextField({ form, name, label, hint, fixed, decimal, suggestions }: TextFieldProps) {
  const list = suggestions && `${name}-suggestions`;
  return (
    <FormField error={form.formState.errors[name]?.message} hint={hint} label={label} required>
      {(control) => (
        <>
          <Input
            {...control}
            {...form.register(name)}
            autoComplete="off"
            className={fixed ? "bg-muted text-muted-foreground" : undefined}
            inputMode={decimal ? "decimal" : "text"}
            list={list}
            readOnly={fixed}
            spellCheck={false}
          />
          {suggestions && (
            <datalist id={list}>
              {suggestions.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          )}
        </>
      )}
    </FormField>
  );
}

interface SwitchFieldProps extends FieldsProps {
  name: "enforce" | "failOpen";
  label: string;
  hint: string;
}

function SwitchField({ form, name, label, hint }: SwitchFieldProps) {
  return (
    <FormField className="gap-1" hint={hint} label={label}>
      {(control) => (
        <Controller
          control={form.control}
          name={name}
          render={({ field }) => (
            <Switch {...control} checked={field.value} onCheckedChange={field.onChange} />
          )}
        />
      )}
    </FormField>
  );
}
