import { Pencil } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { t } from "../messages";

export interface QuestionViewProps {
  content: string;
  editing?: boolean;
  editable?: boolean;
  onEdit?: () => void;
  onCancel?: () => void;
  onResend?: (text: string) => void;
}

const NOTHING = () => undefined;

export function QuestionView(props: QuestionViewProps) {
  const { content, editing, editable, onEdit, onCancel = NOTHING, onResend = NOTHING } = props;
  return (
    <article aria-label={t.you} className="group flex flex-col items-end gap-1">
      {editing ? (
        <Editor initial={content} onCancel={onCancel} onResend={onResend} />
      ) : (
        <>
          <p
            dir="auto"
            className="max-w-[85%] whitespace-pre-wrap break-words rounded-2xl rounded-br-md bg-accent px-4 py-2.5 text-accent-foreground leading-6"
          >
            {content}
          </p>
          <div className="flex opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
            <CopyButton value={content} />
            {editable && (
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={t.edit}
                title={t.edit}
                onClick={onEdit}
              >
                <Pencil aria-hidden />
              </Button>
            )}
          </div>
        </>
      )}
    </article>
  );
}

interface EditorProps {
  initial: string;
  onCancel: () => void;
  onResend: (text: string) => void;
}

function Editor({ initial, onCancel, onResend }: EditorProps) {
  const [text, setText] = useState(initial);
  const sendable = text.trim() !== "";
  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      onCancel();
    } else if (event.key === "Enter" && !event.shiftKey && sendable) {
      event.preventDefault();
      onResend(text.trim());
    }
  }
  return (
    <div className="flex w-full flex-col gap-2 rounded-xl border bg-card p-3">
      <Textarea
        aria-label={t.editLabel}
        dir="auto"
        value={text}
        autoFocus
        className="field-sizing-content max-h-80"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onFocus={(event) => event.target.setSelectionRange(initial.length, initial.length)}
      />
      <div className="flex justify-end gap-2">
        <Button variant="outline" size="sm" onClick={onCancel}>
          {t.cancel}
        </Button>
        <Button size="sm" disabled={!sendable} onClick={() => onResend(text.trim())}>
          {t.sendEdited}
        </Button>
      </div>
    </div>
  );
}
