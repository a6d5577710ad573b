import { Pencil } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
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
  /** Called with what was typed when the question goes away while it is being edited. */
  onLost?: (text: string) => void;
}

const NOTHING = () => undefined;

export function QuestionView(props: QuestionViewProps) {
  const { content, editing, editable, onEdit } = props;
  const { onCancel = NOTHING, onResend = NOTHING, onLost = NOTHING } = props;
  return (
    <article aria-label={t.you} className="group flex flex-col items-end gap-1">
      {editing ? (
        <Editor initial={content} onCancel={onCancel} onResend={onResend} onLost={onLost} />
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
  onLost: (text: string) => void;
}

function Editor({ initial, onCancel, onResend, onLost }: EditorProps) {
  const [text, setText] = useState(initial);
  const leave = useUnmount(() => text !== initial && onLost(text));
  const cancel = () => leave(onCancel);
  const resend = () => leave(() => onResend(text.trim()));
  const sendable = text.trim() !== "";
  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      cancel();
    } else if (event.key === "Enter" && !event.shiftKey && sendable) {
      event.preventDefault();
      resend();
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
        <Button variant="outline" size="sm" onClick={cancel}>
          {t.cancel}
        </Button>
        <Button size="sm" disabled={!sendable} onClick={resend}>
          {t.sendEdited}
        </Button>
      </div>
    </div>
  );
}

/** Has `act` done when the component goes away, unless it leaves by the function that this gives. */
function useUnmount(act: () => void): (then: () => void) => void {
  const last = useRef<() => void>(NOTHING);
  useEffect(() => {
    last.current = act;
  });
  useEffect(() => () => last.current(), []);
  return (then) => {
    last.current = NOTHING;
    then();
  };
}
