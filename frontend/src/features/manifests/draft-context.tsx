/** The draft of the page, for every field and both views. */

import {
  createContext,
  type Dispatch,
  type ReactNode,
  useContext,
  useMemo,
  useReducer,
} from "react";
import {
  type Draft,
  type DraftAction,
  newDraft,
  problemsOf,
  reduceDraft,
  shownInForm,
  type View,
} from "./draft";
import type { JsonObject, Revision } from "./manifest";
import type { Problem } from "./problems";
import { judgeFor } from "./schema-problems";

interface DraftValue {
  readonly draft: Draft;
  readonly dispatch: Dispatch<DraftAction>;
  readonly schema: JsonObject;
  /** Everything wrong. */
  readonly problems: readonly Problem[];
  /** What a field of the form shows. */
  readonly shown: readonly Problem[];
  /** Whether the manifest is stored already, so that its name is fixed. */
  readonly stored: boolean;
}

const DraftContext = createContext<DraftValue | null>(null);

interface DraftProviderProps {
  readonly schema: JsonObject;
  readonly manifest: JsonObject;
  /** Version of the stored manifest; undefined for a new one. */
  readonly revision: Revision | undefined;
  readonly stored: boolean;
  /** What is shown first. */
  readonly view?: View;
  readonly children: ReactNode;
}

export function DraftProvider({ schema, stored, children, ...first }: DraftProviderProps) {
  const [draft, dispatch] = useReducer(reduceDraft, null, () => ({
    ...newDraft(first.manifest, first.revision),
    view: first.view ?? "form",
  }));
  const judge = useMemo(() => judgeFor(schema), [schema]);
  const value = useMemo(() => {
    const problems = problemsOf(draft, judge(draft.manifest));
    return { draft, dispatch, schema, problems, shown: shownInForm(draft, problems), stored };
  }, [draft, judge, schema, stored]);
  return <DraftContext value={value}>{children}</DraftContext>;
}

export function useDraft(): DraftValue {
  const value = useContext(DraftContext);
  if (value === null) throw new Error("useDraft needs a DraftProvider above it");
  return value;
}
