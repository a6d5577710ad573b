import { ArrowDown } from "lucide-react";
import { memo, useCallback, useEffect } from "react";
import { Button } from "@/components/ui/button";
import { AnswerView } from "../answer/answer-view";
import { t } from "../messages";
import { QuestionView } from "./question-view";
import type { Message, Redo, ThreadState } from "./state";
import type { Thread } from "./thread";
import { useFollowing } from "./use-following";

export interface MessageListProps {
  thread: Thread;
  state: ThreadState;
  running: boolean;
  /** Position of the question that is being edited. */
  editing: number | undefined;
  onEdit: (position: number | undefined) => void;
  /** Called with what was typed when the question that is being edited goes away. */
  onLost: (text: string) => void;
}

export function MessageList(props: MessageListProps) {
  const { thread, state, running, editing, onEdit, onLost } = props;
  const { scroller, content, atEnd, toEnd } = useFollowing();
  const { redo } = state;
  const count = state.messages.length;
  const entries = redo ? count + 1 : count;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message is a reason to look
  useEffect(toEnd, [entries, toEnd]);
  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label={t.messages}
        className="h-full overflow-y-auto focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto flex max-w-3xl flex-col gap-4 px-3 py-6 sm:px-4">
          {state.messages.map((message, position) => (
            <MessageView
              // biome-ignore lint/suspicious/noArrayIndexKey: the position is what a message is known by
              key={position}
              position={position}
              message={message}
              last={redo === undefined && position === count - 1}
              running={running}
              editing={editing === position}
              thread={thread}
              onEdit={onEdit}
              onLost={onLost}
            />
          ))}
          {redo && <RedoView redo={redo} state={state} thread={thread} />}
        </div>
      </section>
      {!atEnd && (
        <Button
          variant="outline"
          size="sm"
          className="absolute bottom-2 left-1/2 -translate-x-1/2 rounded-full shadow-md"
          onClick={toEnd}
        >
          <ArrowDown aria-hidden />
          {t.latest}
        </Button>
      )}
    </div>
  );
}

/** What is asked anew, below what it will replace. */
function RedoView({ redo, state, thread }: { redo: Redo; state: ThreadState; thread: Thread }) {
  const { question, answer, position } = redo;
  const edited = question.content !== state.messages[position]?.content;
  return (
    <>
      {edited && <QuestionView content={question.content} />}
      <AnswerView answer={answer} onRetry={() => void thread.retry()} />
    </>
  );
}

interface MessageViewProps {
  position: number;
  message: Message;
  last: boolean;
  running: boolean;
  editing: boolean;
  thread: Thread;
  onEdit: MessageListProps["onEdit"];
  onLost: MessageListProps["onLost"];
}

/** Memoised: while an answer streams, only its own view is drawn anew. */
const MessageView = memo(function MessageView(props: MessageViewProps) {
  const { position, message, last, running, editing, thread, onEdit, onLost } = props;
  const retry = useCallback(() => void thread.retry(), [thread]);
  if (message.role === "assistant") {
    return <AnswerView answer={message} onRetry={last ? retry : undefined} />;
  }
  return (
    <QuestionView
      content={message.content}
      editing={editing}
      editable={!running}
      onEdit={() => onEdit(position)}
      onCancel={() => onEdit(undefined)}
      onResend={(text) => {
        onEdit(undefined);
        void thread.resend(position, text);
      }}
      onLost={onLost}
    />
  );
});
