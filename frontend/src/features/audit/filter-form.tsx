import type { FormEvent, MouseEvent } from "react";
import { Button } from "@/components/ui/button";
import { type ControlProps, FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { ACTIONS, actionName } from "./actions";
import { type AuditFilters, type Filter, filtersOf, isFiltered, LONGEST } from "./filters";
import { t } from "./messages";
import { useFilters } from "./use-filters";

export interface FilterFormProps {
  filters: AuditFilters;
  onApply: (filters: AuditFilters) => void;
}

interface Field {
  name: Filter;
  label: string;
  hint?: string;
  type?: "date";
  wrong?: string;
}

const FIELDS: readonly Field[] = [
  { name: "from", label: t.filters.from, type: "date" },
  { name: "to", label: t.filters.to, type: "date" },
  { name: "action", label: t.filters.action },
  { name: "actor", label: t.filters.actor, hint: t.filters.actorHint },
  { name: "subject", label: t.filters.subject, hint: t.filters.subjectHint },
  { name: "namespace", label: t.filters.namespace, wrong: t.filters.noNamespace },
];

/** The filters that stand in the address; they are asked for when the form is sent. */
export function FilterForm({ filters, onApply }: FilterFormProps) {
  const { typed, wrong, put, apply } = useFilters(filters, onApply);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const [first] = apply(filtersOf({ ...typed }));
    if (first !== undefined) focus(event.currentTarget, `[name=${first}]`);
  };
  const clear = (event: MouseEvent<HTMLButtonElement>) => {
    // This button goes, and takes the focus with it.
    focus(event.currentTarget.form, "[type=submit]");
    apply({});
  };
  return (
    <form
      aria-label={t.filters.title}
      className="grid grid-cols-2 items-start gap-3 lg:grid-cols-6"
      onSubmit={submit}
    >
      {FIELDS.map((field) => (
        <FilterField
          key={field.name}
          {...field}
          wrong={wrong.includes(field.name) ? field.wrong : undefined}
          value={typed[field.name] ?? ""}
          onChange={(text) => put(field.name, text)}
        />
      ))}
      <div className="col-span-2 flex gap-2 lg:col-span-6">
        <Button size="sm" type="submit" variant="secondary">
          {t.filters.apply}
        </Button>
        {isFiltered(filters) && (
          <Button onClick={clear} size="sm" variant="ghost">
            {t.filters.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

function focus(form: HTMLFormElement | null, selector: string): void {
  form?.querySelector<HTMLElement>(selector)?.focus();
}

interface FilterFieldProps extends Field {
  value: string;
  onChange: (text: string) => void;
}

function FilterField({ label, hint, wrong, ...field }: FilterFieldProps) {
  return (
    <FormField className="min-w-0" error={wrong} hint={hint} label={label}>
      {(control) => <Control control={control} {...field} />}
    </FormField>
  );
}

type ControlOfFilterProps = Omit<FilterFieldProps, "label" | "hint" | "wrong"> & {
  control: ControlProps;
};

function Control({ control, name, type, value, onChange }: ControlOfFilterProps) {
  const shared = { ...control, name, value };
  if (name === "action") {
    return (
      <Select {...shared} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t.filters.any}</option>
        {ACTIONS.map((action) => (
          <option key={action} value={action}>
            {actionName(action)}
          </option>
        ))}
      </Select>
    );
  }
  return (
    <Input
      {...shared}
      autoComplete="off"
      maxLength={LONGEST}
      onChange={(event) => onChange(event.target.value)}
      spellCheck={false}
      type={type ?? "text"}
    />
  );
}
