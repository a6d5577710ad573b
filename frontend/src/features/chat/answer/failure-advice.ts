/** What to tell about an answer that failed, and what the reader can do next. */
import { t } from "../messages";
import type { Failure } from "../stream/events";

export type NextStep = "retry" | "budgets" | "agents" | "new-chat";

export interface Advice {
  title: string;
  text: string;
  next: NextStep;
  /** Seconds until trying again makes sense. */
  wait?: number | undefined;
}

type Rule = Omit<Advice, "text" | "wait"> & { text?: string };

const BY_CODE: Readonly<Record<string, Rule>> = {
  budget_exceeded: { title: t.failure.budget, next: "budgets" },
  rate_limit_exceeded: { title: t.failure.limit, next: "retry" },
  starting: { title: t.failure.starting, text: t.failure.startingHint, next: "retry" },
  agent_not_ready: { title: t.failure.notReady, next: "agents" },
  agent_suspended: { title: t.failure.suspended, next: "agents" },
  budgets_unavailable: { title: t.failure.uncounted, next: "retry" },
  model_not_found: { title: t.failure.missing, next: "agents" },
  stream_cut: { title: t.failure.cut, next: "retry" },
  upstream_disconnected: { title: t.failure.cut, next: "retry" },
  network: { title: t.failure.network, next: "retry" },
};

const BY_STATUS: Readonly<Record<number, Rule>> = {
  401: { title: t.failure.signedOut, text: t.failure.signedOutHint, next: "retry" },
  402: { title: t.failure.budget, next: "budgets" },
  403: { title: t.failure.forbidden, next: "agents" },
  404: { title: t.failure.missing, next: "agents" },
  413: { title: t.failure.tooLong, text: t.failure.tooLongHint, next: "new-chat" },
  429: { title: t.failure.limit, next: "retry" },
  502: { title: t.failure.upstream, next: "retry" },
  504: { title: t.failure.timeout, next: "retry" },
};

const OTHER: Rule = { title: t.failure.other, next: "retry" };

export function adviceFor(failure: Failure): Advice {
  const rule = BY_CODE[failure.code] ?? BY_STATUS[failure.status] ?? OTHER;
  return {
    title: rule.title,
    next: rule.next,
    text: rule.text ?? failure.message,
    wait: failure.retryAfter,
  };
}
