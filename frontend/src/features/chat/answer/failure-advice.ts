/** What to tell about an answer that failed, and what the reader can do next. */
import type { Schemas } from "@/lib/api";
import { formatMoment } from "@/lib/format";
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

/** The reasons that are told apart; the gateway keeps them with the answer. */
export type FailureCode = Schemas["FailureCode"];

type Rule = Omit<Advice, "text" | "wait"> & { text?: string };

const RULES: Readonly<Record<FailureCode, Rule>> = {
  budget_exceeded: { title: t.failure.budget, next: "budgets" },
  budgets_unavailable: { title: t.failure.uncounted, next: "retry" },
  rate_limit_exceeded: { title: t.failure.limit, next: "retry" },
  starting: { title: t.failure.starting, text: t.failure.startingHint, next: "retry" },
  agent_not_ready: { title: t.failure.notReady, next: "agents" },
  agent_suspended: { title: t.failure.suspended, next: "agents" },
  model_not_found: { title: t.failure.missing, next: "agents" },
  invalid_api_key: { title: t.failure.signedOut, text: t.failure.signedOutHint, next: "retry" },
  session_ended: { title: t.failure.signedOut, text: t.failure.signedOutHint, next: "retry" },
  forbidden: { title: t.failure.forbidden, next: "agents" },
  request_too_large: { title: t.failure.tooLong, text: t.failure.tooLongHint, next: "new-chat" },
  upstream_failed: { title: t.failure.upstream, next: "retry" },
  upstream_timeout: { title: t.failure.timeout, next: "retry" },
  upstream_disconnected: { title: t.failure.cut, next: "retry" },
  stream_cut: { title: t.failure.cut, next: "retry" },
  network: { title: t.failure.network, next: "retry" },
};

/** For answers without an envelope, like those of a proxy, and for codes that are not told apart. */
const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: "invalid_api_key",
  402: "budget_exceeded",
  403: "forbidden",
  404: "model_not_found",
  413: "request_too_large",
  429: "rate_limit_exceeded",
  502: "upstream_failed",
  504: "upstream_timeout",
};

const OTHER: Rule = { title: t.failure.other, next: "retry" };

/** Which of the reasons it was; undefined when it was none of them. */
export function failureCodeOf({ code, status }: Failure): FailureCode | undefined {
  return isTold(code) ? code : BY_STATUS[status];
}

const isTold = (code: string): code is FailureCode => Object.hasOwn(RULES, code);

const MOMENT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

/** The gateway writes moments for programs too, in UTC. */
const inOwnTime = (text: string): string => text.replace(MOMENT, (moment) => formatMoment(moment));

export function adviceFor(failure: Failure): Advice {
  const code = failureCodeOf(failure);
  const rule = code === undefined ? OTHER : RULES[code];
  return {
    title: rule.title,
    next: rule.next,
    text: rule.text ?? inOwnTime(failure.message),
    wait: failure.retryAfter,
  };
}
