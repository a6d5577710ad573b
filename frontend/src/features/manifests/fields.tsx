/** Fields of the form, each tied to one path of the draft, to its schema and to its problems. */

import { type ReactNode, useEffect, useState } from "react";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { same } from "./manifest";
import { t } from "./messages";
import type { FieldFacts } from "./schema-lookup";
import { numberFrom, shownText, useField } from "./use-field";

interface FieldProps {
  /** Path in the manifest, like `spec.limits.seconds`. */
  readonly name: string;
  readonly label: string;
  /** Instead of the schema's description. */
  readonly hint?: ReactNode;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly className?: string;
}

interface TextFieldProps extends FieldProps {
  readonly placeholder?: string;
  /** Lines to show; 1 makes an input. */
  readonly lines?: number;
  readonly suggestions?: readonly string[];
}

/** Text. What was emptied goes, unless it is required: then it stays, and is called empty. */
export function TextField({ lines = 1, suggestions, placeholder, ...props }: TextFieldProps) {
  const { value, set, facts, error } = useField(props.name);
  const change = (text: string) => set(text === "" && !props.required ? undefined : text);
  return (
    <Framed {...props} facts={facts} error={error}>
      {(control) => {
        const shared = {
          ...control,
          placeholder,
          disabled: props.disabled,
          value: shownText(value),
        };
        if (lines > 1) {
          return (
            <Textarea {...shared} rows={lines} onChange={(event) => change(event.target.value)} />
          );
        }
        const list = suggestions ? `${control.id}-list` : undefined;
        return (
          <>
            <Input
              {...shared}
              list={list}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => change(event.target.value)}
            />
            {suggestions && (
              <datalist id={list}>
                {suggestions.map((each) => (
                  <option key={each} value={each} />
                ))}
              </datalist>
            )}
          </>
        );
      }}
    </Framed>
  );
}

/** A number. Text that is none is kept as it is, for the schema to say so. */
export function NumberField(props: FieldProps) {
  const { value, set, facts, error } = useField(props.name);
  const [text, setText] = useState(shownText(value));
  useEffect(() => {
    setText((now) => (same(numberFrom(now), value) ? now : shownText(value)));
  }, [value]);
  return (
    <Framed {...props} facts={facts} error={error}>
      {(control) => (
        <Input
          {...control}
          inputMode="decimal"
          autoComplete="off"
          disabled={props.disabled}
          placeholder={facts.default}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            set(numberFrom(event.target.value));
          }}
        />
      )}
    </Framed>
  );
}

interface ChoiceFieldProps extends FieldProps {
  readonly options: readonly Option[];
  /** First option, which chooses nothing. */
  readonly empty?: string;
  /** Instead of setting the field. */
  readonly onChoose?: (value: string) => void;
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function ChoiceField({ options, empty, onChoose, ...props }: ChoiceFieldProps) {
  const { value, set, facts, error } = useField(props.name);
  const choose =
    onChoose ?? ((next: string) => set(next === "" && !props.required ? undefined : next));
  return (
    <Framed {...props} facts={facts} error={error}>
      {(control) => (
        <Select
          {...control}
          disabled={props.disabled}
          value={shownText(value)}
          onChange={(event) => choose(event.target.value)}
        >
          {empty !== undefined && <option value="">{empty}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </Select>
      )}
    </Framed>
  );
}

interface FramedProps extends FieldProps {
  readonly facts: FieldFacts;
  readonly error: string | undefined;
  readonly children: Parameters<typeof FormField>[0]["children"];
}

function Framed({ name, label, hint, required, className, facts, error, children }: FramedProps) {
  return (
    <div data-field={name} className={className}>
      <FormField label={label} hint={hint ?? hintOf(facts)} error={error} required={required}>
        {children}
      </FormField>
    </div>
  );
}

function hintOf(facts: FieldFacts): string | undefined {
  const parts = [facts.description, facts.default && t.byDefault(facts.default)].filter(Boolean);
  return parts.length > 0 ? parts.join(" ") : undefined;
}

/** Puts the focus on the field of a path; false where the form has none. */
export function focusField(path: string): boolean {
  const selector = `[data-field="${CSS.escape(path)}"] :is(input, select, textarea, button)`;
  const control = document.querySelector<HTMLElement>(selector);
  control?.focus();
  return control !== null;
}
