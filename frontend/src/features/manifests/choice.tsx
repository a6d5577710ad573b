/** A choice that decides which fields there are; it has no field of its own in the manifest. */

import { FormField } from "@/components/ui/form-field";
import { Select } from "@/components/ui/select";

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  /** What each value is called, in the order of the list. */
  readonly options: Readonly<Record<Value, string>>;
  readonly onChange: (value: Value) => void;
  readonly className?: string;
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const values = Object.keys(props.options) as Value[];
  return (
    <FormField label={props.label} className={props.className}>
      {(control) => (
        <Select
          {...control}
          value={props.value}
          onChange={(event) => {
            const chosen = values.find((value) => value === event.target.value);
            if (chosen !== undefined) props.onChange(chosen);
          }}
        >
          {values.map((value) => (
            <option key={value} value={value}>
              {props.options[value]}
            </option>
          ))}
        </Select>
      )}
    </FormField>
  );
}
