/** Everything wrong with a draft. A problem leads to its line or its field. */

import { CircleAlert } from "lucide-react";
import { t } from "./messages";
import type { Problem } from "./problems";

interface ProblemListProps {
  readonly problems: readonly Problem[];
  /** Whether the reader sees the lines that the problems are in. */
  readonly lines?: boolean;
  readonly onPick?: (problem: Problem) => void;
}

export function ProblemList({ problems, lines = true, onPick }: ProblemListProps) {
  return (
    <div role="status" aria-live="polite">
      {problems.length > 0 && (
        <section
          aria-label={t.problems}
          className="rounded-md border border-destructive/40 bg-destructive-soft p-3"
        >
          <h3 className="flex items-center gap-2 font-medium text-destructive text-sm">
            <CircleAlert aria-hidden className="size-4" />
            {t.problemCount(problems.length)}
          </h3>
          <ul className="mt-2 space-y-1 text-sm">
            {problems.map((problem) => (
              <li key={`${problem.path}:${problem.line}:${problem.message}`}>
                <ProblemItem
                  problem={problem}
                  line={lines ? problem.line : undefined}
                  onPick={onPick}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function ProblemItem({ problem, line, onPick }: ProblemItemProps) {
  const text = (
    <>
      {line !== undefined && (
        <span className="mr-2 whitespace-nowrap text-muted-foreground">{t.line(line)}</span>
      )}
      {problem.path !== "" && <code className="mr-1 font-semibold">{problem.path}:</code>}
      <span>{problem.message}</span>
    </>
  );
  if (onPick === undefined) return <span>{text}</span>;
  return (
    <button
      type="button"
      className="text-left underline-offset-2 hover:underline"
      onClick={() => onPick(problem)}
    >
      {text}
    </button>
  );
}

interface ProblemItemProps {
  readonly problem: Problem;
  readonly line: number | undefined;
  readonly onPick?: ((problem: Problem) => void) | undefined;
}
