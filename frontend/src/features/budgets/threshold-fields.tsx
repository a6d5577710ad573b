import { Plus, X } from "lucide-react";
import { type UseFormReturn, useFieldArray } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { ACTIONS, type BudgetForm } from "./budget-form";
import { t } from "./messages";

const MOST = 8;

/** What happens before a budget is spent. */
export function ThresholdFields({ form }: { form: UseFormReturn<BudgetForm> }) {
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "thresholds" });
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-2 font-medium text-sm">{t.form.thresholds}</legend>
      {fields.map((field, index) => (
        <Threshold form={form} index={index} key={field.id} onRemove={() => remove(index)} />
      ))}
      <Button
        className="self-start"
        disabled={fields.length >= MOST}
        onClick={() => append({ percent: "80", action: "warn", model: "" })}
        size="sm"
        variant="outline"
      >
        <Plus aria-hidden />
        {t.form.addThreshold}
      </Button>
    </fieldset>
  );
}

interface ThresholdProps {
  form: UseFormReturn<BudgetForm>;
  index: number;
  onRemove: () => void;
}

function Threshold({ form, index, onRemove }: ThresholdProps) {
  const errors = form.formState.errors.thresholds?.[index];
  const downgrades = form.watch(`thresholds.${index}.action`) === "downgrade";
  return (
    <div className="flex flex-wrap items-start gap-2">
      <FormField className="w-24" error={errors?.percent?.message} label={t.form.percent}>
        {(control) => (
          <Input
            {...control}
            {...form.register(`thresholds.${index}.percent`)}
            inputMode="numeric"
          />
        )}
      </FormField>
      <FormField className="min-w-36 flex-1" label={t.form.action}>
        {(control) => (
          <Select
            {...control}
            {...form.register(`thresholds.${index}.action`)}
            defaultValue={form.getValues(`thresholds.${index}.action`)}
          >
            {ACTIONS.map((action) => (
              <option key={action} value={action}>
                {t.form.actions[action]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      {downgrades && (
        <FormField
          className="min-w-36 flex-1"
          error={errors?.model?.message}
          label={t.form.model}
          required
        >
          {(control) => (
            <Input
              {...control}
              {...form.register(`thresholds.${index}.model`)}
              spellCheck={false}
            />
          )}
        </FormField>
      )}
      <Button
        aria-label={t.form.removeThreshold(index + 1)}
        className="mt-5"
        onClick={onRemove}
        size="icon"
        variant="ghost"
      >
        <X aria-hidden />
      </Button>
    </div>
  );
}
