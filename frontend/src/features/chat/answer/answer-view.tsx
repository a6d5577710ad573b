import { RotateCw } from "lucide-react";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { t } from "../messages";
import { type Answer, isRunning } from "../stream/answer";
import { AnswerFacts } from "./answer-facts";
import { FailureNotice } from "./failure-notice";
import { Prose } from "./prose";

export interface AnswerViewProps {
  answer: Answer;
  /** Present on the last answer: asks again. */
  onRetry: (() => void) | undefined;
}

export function AnswerView({ answer, onRetry }: AnswerViewProps) {
  const { agent, failure } = answer;
  const running = isRunning(answer);
  return (
    <article
      aria-label={agent === undefined ? t.answer : t.answerOf(agent)}
      aria-busy={running}
      className="min-w-0"
    >
      {answer.status === "waiting" && <Thinking />}
      {answer.content !== "" && <Prose text={answer.content} running={running} />}
      {answer.status === "stopped" && (
        <p className="pt-2 text-muted-foreground text-xs italic">{t.stopped}</p>
      )}
      {failure && <FailureNotice failure={failure} news={agent !== undefined} onRetry={onRetry} />}
      {!running && (
        <footer className="-ml-2 flex flex-wrap items-center gap-x-1 pt-2">
          {answer.content !== "" && <CopyButton value={answer.content} label={t.copyAnswer} />}
          {onRetry && !failure && (
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={t.retry}
              title={t.retry}
              onClick={onRetry}
            >
              <RotateCw aria-hidden />
            </Button>
          )}
          <AnswerFacts answer={answer} />
        </footer>
      )}
    </article>
  );
}

function Thinking() {
  return (
    <p className="flex items-center gap-2 text-muted-foreground">
      <span aria-hidden className="size-2 animate-pulse rounded-full bg-primary" />
      {t.thinking}
    </p>
  );
}
