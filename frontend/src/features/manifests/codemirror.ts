/**
 * The YAML editor proper. It lives in a shadow root, because only there CodeMirror puts its styles
 * into constructed style sheets, which a Content-Security-Policy without inline styles allows.
 */

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Problem } from "./problems";

export interface EditorOptions {
  readonly text: string;
  readonly label: string;
  readonly description: string;
  readonly readOnly: boolean;
  readonly onChange: (text: string) => void;
}

export interface Editor {
  /** Replaces the text, unless it is the same. */
  readonly setText: (text: string) => void;
  readonly setProblems: (problems: readonly Problem[]) => void;
  readonly goToLine: (line: number) => void;
  readonly destroy: () => void;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--info)" },
  { tag: [tags.string, tags.content], color: "var(--success)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warning)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--muted-foreground)", fontStyle: "italic" },
]);

const LOOK = EditorView.theme({
  "&": { color: "var(--foreground)", backgroundColor: "transparent", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono, ui-monospace), monospace",
    lineHeight: "1.6",
    minHeight: "16rem",
    maxHeight: "70vh",
  },
  ".cm-content": { caretColor: "var(--foreground)" },
  ".cm-cursor": { borderLeftColor: "var(--foreground)" },
  ".cm-gutters": {
    backgroundColor: "var(--muted)",
    color: "var(--muted-foreground)",
    border: "none",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in oklab, var(--accent) 60%, transparent)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { background: "color-mix(in oklab, var(--ring) 35%, transparent)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--destructive)" },
  ".cm-tooltip": {
    backgroundColor: "var(--popover)",
    color: "var(--popover-foreground)",
    border: "1px solid var(--border)",
  },
});

/** Mounts an editor below `host`, once per host. */
export function mountEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: options.text, extensions: extensions(options) }),
  });
  return {
    setText: (text) => replaceText(view, text),
    setProblems: (problems) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          problems.map((one) => toDiagnostic(view, one)),
        ),
      ),
    goToLine: (line) => goToLine(view, line),
    destroy: () => view.destroy(),
  };
}

function extensions(options: EditorOptions): Extension[] {
  return [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    history(),
    lintGutter(),
    EditorView.lineWrapping,
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    yaml(),
    syntaxHighlighting(COLOURS),
    LOOK,
    // Tab is left to the browser: it moves the focus on, as everywhere else on the page.
    keymap.of([...defaultKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({
      "aria-label": options.label,
      ...(options.description === "" ? {} : { "aria-description": options.description }),
      spellcheck: "false",
    }),
    EditorState.readOnly.of(options.readOnly),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange(update.state.doc.toString());
    }),
  ];
}

function replaceText(view: EditorView, text: string): void {
  if (view.state.doc.toString() === text) return;
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

function toDiagnostic(view: EditorView, problem: Problem): Diagnostic {
  const line = view.state.doc.line(clamp(problem.line ?? 1, view.state.doc.lines));
  const message = problem.path === "" ? problem.message : `${problem.path}: ${problem.message}`;
  return { from: line.from, to: line.to, severity: "error", message };
}

function goToLine(view: EditorView, line: number): void {
  const { from } = view.state.doc.line(clamp(line, view.state.doc.lines));
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from) });
  view.focus();
}

function clamp(line: number, lines: number): number {
  return Math.min(Math.max(line, 1), lines);
}
