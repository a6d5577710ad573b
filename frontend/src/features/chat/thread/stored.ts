/** Messages as the gateway keeps them, and as they are here. */
import type { Schemas } from "@/lib/api";
import { isRunning } from "../stream/answer";
import type { Message, ThreadState } from "./state";

type Stored = Schemas["MessageView"];

/** As the gateway keeps it. */
export function stateOf(kept: Schemas["ConversationDetail"]): ThreadState {
  return { agent: kept.agent, messages: kept.messages.map(messageOf) };
}

function messageOf(stored: Stored): Message {
  if (stored.role === "user") return { role: "user", content: stored.content };
  const failure =
    stored.status === "error"
      ? { status: 0, code: "kept", message: stored.error ?? "" }
      : undefined;
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
    failure,
    askedAt: 0,
  };
}

const MOST_ERROR_TEXT = 4096;

/** A message as the gateway shall keep it. */
export function keptAs(message: Message): Schemas["WantedMessage"] {
  if (message.role === "user") {
    return { role: "user", content: message.content, status: "complete" };
  }
  const status = isRunning(message) ? "stopped" : message.status;
  return {
    role: "assistant",
    content: message.content,
    status: status as Schemas["MessageStatus"],
    model: message.model ?? null,
    error: message.failure?.message.slice(0, MOST_ERROR_TEXT) ?? null,
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
