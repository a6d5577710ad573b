/** One field of the draft: its value, what the schema says of it, what is wrong with it. */

import { useDraft } from "./draft-context";
import { type Json, parsePath, valueAt } from "./manifest";
import { problemsAt } from "./problems";
import { type FieldFacts, factsOf } from "./schema-lookup";

export interface FieldState {
  readonly value: Json | undefined;
  readonly set: (value: Json | undefined) => void;
  readonly facts: FieldFacts;
  /** What is wrong with exactly this field; undefined where nothing is. */
  readonly error: string | undefined;
}

/** The field at a path like `spec.limits.seconds`. */
export function useField(name: string): FieldState {
  const { draft, dispatch, schema, shown } = useDraft();
  const path = parsePath(name);
  const messages = problemsAt(shown, path).map((problem) => problem.message);
  return {
    value: valueAt(draft.manifest, path),
    set: (value) => dispatch({ type: "set", path, value }),
    facts: factsOf(schema, path),
    error: messages.length > 0 ? messages.join(" ") : undefined,
  };
}

/** What a number field says: a number where the text is one, else the text, for the schema to judge. */
export function numberFrom(text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : trimmed;
}

export function shownText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
