/**
 * One draft behind two views. The form changes the manifest, the editor changes the text; whichever
 * was changed last is brought over when the other is shown, so no edit is lost by looking.
 */

import {
  formatPath,
  type Json,
  type JsonObject,
  type Path,
  type Revision,
  same,
  withValue,
} from "./manifest";
import { isTouchedBy, type Problem } from "./problems";
import { mergeIntoText, parseText, toText } from "./yaml-text";

export type View = "form" | "yaml";

export interface Draft {
  readonly view: View;
  /** The last manifest that could be read. */
  readonly manifest: JsonObject;
  readonly text: string;
  /** Why the text is no manifest; while there are any, the form cannot be shown. */
  readonly syntax: readonly Problem[];
  /** What the server refused, until the field is changed. */
  readonly refused: readonly Problem[];
  /** What is stored, without the server's own fields. */
  readonly base: JsonObject;
  /** Which version of what is stored this began with; undefined for a new manifest. */
  readonly revision: Revision | undefined;
  /** Paths that were changed in the form. */
  readonly touched: ReadonlySet<string>;
  /** Whether the person asked to save: from then on every problem is shown. */
  readonly attempted: boolean;
}

export type DraftAction =
  | { readonly type: "set"; readonly path: Path; readonly value: Json | undefined }
  | { readonly type: "write"; readonly text: string }
  | { readonly type: "show"; readonly view: View }
  | { readonly type: "attempt" }
  | { readonly type: "refuse"; readonly problems: readonly Problem[] }
  | ({ readonly type: "reload" } & Base)
  | ({ readonly type: "rebase" } & Base);

/** What is stored now. */
interface Base {
  readonly manifest: JsonObject;
  readonly revision: Revision | undefined;
}

export function newDraft(manifest: JsonObject, revision?: Revision): Draft {
  return {
    view: "form",
    manifest,
    text: toText(manifest),
    syntax: [],
    refused: [],
    base: manifest,
    revision,
    touched: new Set(),
    attempted: false,
  };
}

export function reduceDraft(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case "set":
      return setField(draft, action.path, action.value);
    case "write":
      return write(draft, action.text);
    case "show":
      return show(draft, action.view);
    case "attempt":
      return { ...draft, attempted: true };
    case "refuse":
      return { ...draft, refused: action.problems };
    case "reload":
      return { ...newDraft(action.manifest, action.revision), view: draft.view };
    case "rebase":
      return { ...draft, base: action.manifest, revision: action.revision, refused: [] };
  }
}

function setField(draft: Draft, path: Path, value: Json | undefined): Draft {
  const changed = formatPath(path);
  return {
    ...draft,
    manifest: withValue(draft.manifest, path, value),
    refused: draft.refused.filter((problem) => !isTouchedBy(problem.path, changed)),
    touched: new Set([...draft.touched, changed]),
  };
}

function write(draft: Draft, text: string): Draft {
  const { manifest, problems } = parseText(text);
  return { ...draft, text, manifest: manifest ?? draft.manifest, syntax: problems, refused: [] };
}

function show(draft: Draft, view: View): Draft {
  if (view === "form") return draft.syntax.length > 0 ? draft : { ...draft, view };
  return { ...draft, view, text: textOf(draft) };
}

/** The YAML of what would be saved; comments are kept where the form did not change anything. */
export function textOf(draft: Draft): string {
  if (draft.syntax.length > 0) return draft.text;
  return same(parseText(draft.text).manifest, draft.manifest)
    ? draft.text
    : mergeIntoText(draft.text, draft.manifest);
}

/** Whether leaving would lose something. */
export function isDirty(draft: Draft): boolean {
  return draft.syntax.length > 0 || !same(draft.manifest, draft.base);
}

/** Everything wrong, each problem with its line in the text. */
export function problemsOf(draft: Draft, schema: readonly Problem[]): readonly Problem[] {
  if (draft.syntax.length > 0) return draft.syntax;
  const { lineOf } = parseText(textOf(draft));
  return [...schema, ...draft.refused].map((problem) => ({
    ...problem,
    line: lineOf(problem.path),
  }));
}

/** What the form shows: a field that nobody has filled yet is not called wrong. */
export function shownInForm(draft: Draft, problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    ({ path, source }) => draft.attempted || source === "server" || draft.touched.has(path),
  );
}
