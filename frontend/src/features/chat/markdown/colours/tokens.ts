/** Code as parts that have a colour each. The parts together are the code. */
import type { Language } from "./languages";

export type Kind =
  | "comment"
  | "keyword"
  | "string"
  | "number"
  | "title"
  | "type"
  | "attribute"
  | "added"
  | "removed";

export interface Token {
  text: string;
  /** Absent for what has no colour of its own. */
  kind?: Kind | undefined;
}

/** What shall be coloured. */
export interface Code {
  text: string;
  language: Language;
}
