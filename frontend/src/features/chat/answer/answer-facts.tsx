import { formatCount, formatSeconds, formatUsd } from "@/lib/format";
import { t } from "../messages";
import type { Answer } from "../stream/answer";

/** What an answer took: tokens, money, time, and which model gave it. */
export function AnswerFacts({ answer }: { answer: Answer }) {
  const facts = factsOf(answer);
  if (facts.length === 0) return null;
  return (
    <ul className="flex flex-wrap items-center gap-x-3 px-2 text-muted-foreground text-xs tabular-nums">
      {facts.map(({ title, text }) => (
        <li key={title} title={title}>
          {text}
        </li>
      ))}
    </ul>
  );
}

interface Fact {
  title: string;
  text: string;
}

export function factsOf(answer: Answer): Fact[] {
  // An answer that never began took nothing worth telling.
  if (answer.failure && answer.content === "") return [];
  const { inputTokens, outputTokens, costUsd, seconds, model } = answer;
  const facts: Fact[] = [];
  if (inputTokens !== undefined && outputTokens !== undefined) {
    const text = t.facts.tokens(formatCount(inputTokens), formatCount(outputTokens));
    facts.push({ title: t.facts.tokensTitle, text });
  }
  if (costUsd !== undefined) facts.push({ title: t.facts.cost, text: formatUsd(costUsd) });
  if (seconds !== undefined) facts.push({ title: t.facts.time, text: formatSeconds(seconds) });
  if (model !== undefined) facts.push({ title: t.facts.model, text: model });
  return facts;
}
