/** Messages as the gateway keeps them, and as they are here. */
import type { Schemas } from "@/lib/api";
import { failureCodeOf } from "../answer/failure-advice";
import { isRunning } from "../stream/answer";
import type { Failure } from "../stream/events";
import type { Message, ThreadState } from "./state";

/** As the gateway gives it, or as it is asked to keep it. */
type Stored = Schemas["MessageView"] | Schemas["WantedMessage"];

/** As the gateway keeps it. */
export function stateOf(kept: Schemas["ConversationDetail"]): ThreadState {
  return { agent: kept.agent, messages: kept.messages.map(messageOf) };
}

export function messageOf(stored: Stored): Message {
  if (stored.role === "user") return { role: "user", content: stored.content };
  return {
    role: "assistant",
    status: stored.status,
    content: stored.content,
    model: stored.model ?? undefined,
    inputTokens: stored.input_tokens ?? undefined,
    outputTokens: stored.output_tokens ?? undefined,
    costUsd: stored.cost_usd ?? undefined,
    seconds: stored.seconds ?? undefined,
    requestId: stored.request_id ?? undefined,
    failure: failureOf(stored),
    askedAt: 0,
  };
}

/** As the gateway ends what it says of a limit. */
const WAIT = /[;:] try again in \d+ s(?:econds)?(?=\.$)/;

/** A failure as it was, but for how long one had to wait: that is over. */
function failureOf({ status, error, error_code, request_id }: Stored): Failure | undefined {
  if (status !== "error") return undefined;
  return {
    status: 0,
    code: error_code ?? "kept",
    message: (error ?? "").replace(WAIT, ""),
    requestId: request_id ?? undefined,
  };
}

const MOST_ERROR_TEXT = 4096;

/** A message as the gateway shall keep it. */
export function keptAs(message: Message): Schemas["WantedMessage"] {
  if (message.role === "user") {
    return { role: "user", content: message.content, status: "complete" };
  }
  const status = isRunning(message) ? "stopped" : message.status;
  const code = message.failure && failureCodeOf(message.failure);
  return {
    role: "assistant",
    content: message.content,
    status: status as Schemas["MessageStatus"],
    model: message.model ?? null,
    error: message.failure?.message.slice(0, MOST_ERROR_TEXT) ?? null,
    ...(code && { error_code: code }),
    input_tokens: message.inputTokens ?? null,
    output_tokens: message.outputTokens ?? null,
    cost_usd: message.costUsd ?? null,
    seconds: message.seconds ?? null,
    request_id: message.requestId ?? null,
  };
}

const SURROGATE_AT_END = /[\ud800-\udbff]$/;

/** `message` in at most `bytes` of JSON: its text is cut, and `note` stands at the end of it. */
export function fitting(
  message: Schemas["WantedMessage"],
  bytes: number,
  note: string,
): Schemas["WantedMessage"] {
  let cut = message;
  for (let size = sizeOf(cut); size > bytes; size = sizeOf(cut)) {
    // The text is cut by its share, and a little more because characters differ in size.
    const length = Math.floor((cut.content.length * bytes * 0.95) / size) - note.length;
    if (length <= 0) return { ...message, content: note };
    const content = message.content.slice(0, length).replace(SURROGATE_AT_END, "");
    cut = { ...message, content: content + note };
  }
  return cut;
}

const sizeOf = (message: Schemas["WantedMessage"]): number =>
  new TextEncoder().encode(JSON.stringify(message)).length;
