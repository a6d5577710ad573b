/** YAML with line numbers and problems at their lines. The editor itself is loaded when shown. */

import { useEffect, useId, useRef, useState } from "react";
import { PartFailed } from "@/components/part-failed";
import { LazyCode, useLazyCode } from "@/lib/lazy-part";
import type { Editor } from "./codemirror";
import { t } from "./messages";
import { ProblemList } from "./problem-list";
import type { Problem } from "./problems";

const CODE_MIRROR = new LazyCode(() => import("./codemirror"));

interface YamlEditorProps {
  readonly label: string;
  readonly text: string;
  readonly problems?: readonly Problem[];
  /** Without it the text can only be read. */
  readonly onChange?: (text: string) => void;
}

const NONE: readonly Problem[] = [];

export function YamlEditor({ label, text, problems = NONE, onChange }: YamlEditorProps) {
  const hint = useId();
  const { host, editor, failure } = useEditor(label, text, onChange);
  useEffect(() => editor?.setText(text), [editor, text]);
  useEffect(() => editor?.setProblems(problems), [editor, problems]);
  return (
    <div className="space-y-3">
      {onChange !== undefined && (
        <p id={hint} className="text-muted-foreground text-xs">
          {t.leaveEditor}
        </p>
      )}
      {failure && <PartFailed title={t.noEditor} failure={failure} />}
      <div className="overflow-hidden rounded-md border border-input bg-card outline-ring focus-within:outline-2">
        <div ref={host} data-testid="yaml" className={editor === null ? "hidden" : "block"} />
        {editor === null && (
          <pre className="min-h-64 overflow-auto p-3 font-mono text-xs" aria-busy={!failure}>
            {text}
          </pre>
        )}
      </div>
      <ProblemList problems={problems} onPick={(problem) => editor?.goToLine(problem.line ?? 1)} />
    </div>
  );
}

function useEditor(label: string, text: string, onChange: ((text: string) => void) | undefined) {
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor | null>(null);
  const latest = useRef({ text, onChange });
  latest.current = { text, onChange };
  const readOnly = onChange === undefined;
  const { code, failure } = useLazyCode(CODE_MIRROR);
  useEffect(() => {
    if (code === undefined || host.current === null) return;
    const mounted = code.mountEditor(host.current, {
      text: latest.current.text,
      label,
      description: readOnly ? "" : t.leaveEditor,
      readOnly,
      onChange: (changed) => latest.current.onChange?.(changed),
    });
    setEditor(mounted);
    return () => {
      mounted.destroy();
      setEditor(null);
    };
  }, [code, label, readOnly]);
  return { host, editor, failure };
}
