/** A streamed answer as a value, and the one function that changes it. */
import { t } from "../messages";
import type { Failure, StreamEvent } from "./events";

export type AnswerStatus = "waiting" | "streaming" | "complete" | "stopped" | "error";

export interface Answer {
  role: "assistant";
  status: AnswerStatus;
  content: string;
  model?: string | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  costUsd?: string | undefined;
  seconds?: number | undefined;
  requestId?: string | undefined;
  failure?: Failure | undefined;
  /** Who was asked in this tab; of a kept answer it is not known. */
  agent?: string | undefined;
  /** When it was asked for, in milliseconds of the clock that the events use. */
  askedAt: number;
}

export const newAnswer = (askedAt: number, agent?: string): Answer => ({
  role: "assistant",
  status: "waiting",
  content: "",
  agent,
  askedAt,
});

export const isRunning = (answer: Answer): boolean =>
  answer.status === "waiting" || answer.status === "streaming";

/** The answer after these events, in their order. */
export const readAll = (answer: Answer, events: readonly StreamEvent[]): Answer =>
  events.reduce(reduceAnswer, answer);

/**
 * The answer after one event. It ends once: what comes after the end changes neither text nor
 * status, only what it cost is still noted, because the gateway tells that last.
 */
export function reduceAnswer(answer: Answer, event: StreamEvent): Answer {
  if (event.type === "cost") return withCost(answer, event);
  if (event.type === "usage") return withUsage(answer, event);
  return isRunning(answer) ? progress(answer, event) : answer;
}

type Progress = Exclude<StreamEvent, { type: "cost" | "usage" }>;

function progress(answer: Answer, event: Progress): Answer {
  switch (event.type) {
    case "opened":
      return { ...answer, requestId: event.requestId ?? answer.requestId };
    case "delta":
      return {
        ...answer,
        status: "streaming",
        content: answer.content + event.text,
        model: event.model ?? answer.model,
      };
    case "done":
      return ended(answer, "complete", event.at);
    case "aborted":
      return ended(answer, "stopped", event.at);
    case "failed":
      return failed(answer, event.failure, event.at);
    case "ended":
      return failed(answer, cut(answer), event.at);
  }
}

function withCost(answer: Answer, event: Extract<StreamEvent, { type: "cost" }>): Answer {
  return {
    ...answer,
    costUsd: event.costUsd,
    inputTokens: event.inputTokens,
    outputTokens: event.outputTokens,
    model: event.model ?? answer.model,
  };
}

function withUsage(answer: Answer, event: Extract<StreamEvent, { type: "usage" }>): Answer {
  return { ...answer, inputTokens: event.inputTokens, outputTokens: event.outputTokens };
}

function ended(answer: Answer, status: AnswerStatus, at: number): Answer {
  return { ...answer, status, seconds: Math.max(0, at - answer.askedAt) / 1000 };
}

function failed(answer: Answer, failure: Failure, at: number): Answer {
  const requestId = failure.requestId ?? answer.requestId;
  return { ...ended(answer, "error", at), requestId, failure: { ...failure, requestId } };
}

/** A stream that ended without its end marker. */
function cut(answer: Answer): Failure {
  return {
    status: 0,
    code: "stream_cut",
    message: t.failure.cutHint,
    requestId: answer.requestId,
  };
}
