import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { useMatches } from "@/lib/use-matches";
import { t } from "./messages";
import type { Unsent } from "./unsent";

const MOST_ROWS = 10;

export interface ComposerProps {
  agent: string | undefined;
  /** Where what is typed stays until it is sent. */
  unsent: Unsent;
  /** An answer is coming: the button stops it. */
  running: boolean;
  onSend: (text: string) => void;
  onStop: () => void;
  /** The arrow key in an empty field. */
  onEditLast?: () => void;
  disabled?: boolean;
  /** Takes the focus again whenever this changes, and leaves it alone while there is none. */
  focusKey?: string | undefined;
}

export function Composer(props: ComposerProps) {
  const { agent, unsent, running, onSend, onStop, onEditLast, disabled, focusKey } = props;
  const text = useSyncExternalStore(unsent.subscribe, unsent.text);
  const field = useRef<HTMLTextAreaElement>(null);
  // The keyboard of a phone has no Shift-Enter: there Enter begins a line, and the button sends.
  const touch = useMatches("(pointer: coarse)");
  useEffect(() => {
    if (focusKey !== undefined) field.current?.focus({ preventScroll: true });
  }, [focusKey]);

  const sendable = text.trim() !== "" && agent !== undefined && !running && !disabled;
  function send() {
    if (!sendable) return;
    unsent.write("");
    onSend(text.trim());
  }
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !touch) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && text === "" && onEditLast) {
      event.preventDefault();
      onEditLast();
    }
  }

  return (
    <form
      className="mx-auto w-full max-w-3xl px-3 pb-3 sm:px-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="flex items-end gap-2 rounded-xl border border-input bg-card p-2 shadow-sm focus-within:outline-2 focus-within:outline-ring">
        <textarea
          ref={field}
          dir="auto"
          value={text}
          rows={Math.min(MOST_ROWS, text.split("\n").length)}
          aria-label={t.composer}
          aria-describedby="composer-hint"
          placeholder={t.composerPlaceholder(agent)}
          className="field-sizing-content max-h-60 min-h-9 w-full resize-none bg-transparent px-2 py-1.5 leading-6 outline-none placeholder:text-muted-foreground"
          onChange={(event) => unsent.write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {running ? (
          <Button
            size="icon"
            variant="secondary"
            aria-label={t.stop}
            title={`${t.stop} (Esc)`}
            onClick={onStop}
          >
            <Square aria-hidden className="fill-current" />
          </Button>
        ) : (
          <Button size="icon" type="submit" aria-label={t.send} disabled={!sendable}>
            <ArrowUp aria-hidden />
          </Button>
        )}
      </div>
      <p id="composer-hint" className="hidden px-2 pt-1.5 text-muted-foreground text-xs sm:block">
        {t.composerHint}
      </p>
    </form>
  );
}
