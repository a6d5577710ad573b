import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { ACTIONS, actionName } from "./actions";
import { type AuditFilters, filtersOf, isFiltered } from "./filters";
import { t } from "./messages";

export interface FilterFormProps {
  filters: AuditFilters;
  onApply: (filters: AuditFilters) => void;
}

/** The filters that stand in the address; they are asked for when the form is sent. */
export function FilterForm({ filters, onApply }: FilterFormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onApply(filtersOf(Object.fromEntries(new FormData(event.currentTarget))));
  };
  return (
    <form
      aria-label={t.filters.title}
      className="grid grid-cols-2 items-start gap-3 lg:grid-cols-6"
      key={JSON.stringify(filters)}
      onSubmit={submit}
    >
      <Field label={t.filters.from} name="from" type="date" value={filters.from} />
      <Field label={t.filters.to} name="to" type="date" value={filters.to} />
      <ActionField value={filters.action} />
      <Field
        hint={t.filters.actorHint}
        label={t.filters.actor}
        name="actor"
        value={filters.actor}
      />
      <Field
        hint={t.filters.subjectHint}
        label={t.filters.subject}
        name="subject"
        value={filters.subject}
      />
      <Field label={t.filters.namespace} name="namespace" value={filters.namespace} />
      <div className="col-span-2 flex gap-2 lg:col-span-6">
        <Button size="sm" type="submit" variant="secondary">
          {t.filters.apply}
        </Button>
        {isFiltered(filters) && (
          <Button onClick={() => onApply({})} size="sm" variant="ghost">
            {t.filters.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

function ActionField({ value }: { value: string | undefined }) {
  return (
    <FormField className="min-w-0" label={t.filters.action}>
      {(control) => (
        <Select {...control} defaultValue={value ?? ""} name="action">
          <option value="">{t.filters.any}</option>
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {actionName(action)}
            </option>
          ))}
        </Select>
      )}
    </FormField>
  );
}

interface FieldProps {
  name: keyof AuditFilters;
  label: string;
  hint?: string;
  type?: "date" | "text";
  value: string | undefined;
}

function Field({ name, label, hint, type = "text", value }: FieldProps) {
  return (
    <FormField className="min-w-0" hint={hint} label={label}>
      {(control) => (
        <Input
          {...control}
          autoComplete="off"
          defaultValue={value ?? ""}
          name={name}
          spellCheck={false}
          type={type}
        />
      )}
    </FormField>
  );
}
