/** One event of a streamed answer, out of what the gateway writes on the wire. */
import { isRecord, told } from "@/lib/api-error";

export interface Failure {
  /** HTTP status; 0 when there was no answer, or none that said one. */
  status: number;
  code: string;
  message: string;
  requestId?: string | undefined;
  /** Seconds to wait before trying again. */
  retryAfter?: number | undefined;
}

/** Moments (`at`) are milliseconds of one clock; only their differences are used. */
export type StreamEvent =
  | { type: "opened"; requestId: string | undefined }
  | { type: "delta"; text: string; model: string | undefined }
  | { type: "usage"; inputTokens: number; outputTokens: number }
  | { type: "cost"; costUsd: string; inputTokens: number; outputTokens: number; model?: string }
  | { type: "failed"; failure: Failure; at: number }
  | { type: "done"; at: number }
  | { type: "ended"; at: number }
  | { type: "aborted"; at: number };

export interface ServerEvent {
  event?: string | undefined;
  data: string;
}

const COST_EVENT = "quarterdeck.cost";
const END_MARKER = "[DONE]";

/** What an event of the wire says: nothing, one thing, or text and usage at once. Never throws. */
export function readEvent({ event, data }: ServerEvent, at: number): StreamEvent[] {
  if (data === END_MARKER) return [{ type: "done", at }];
  const body = parsed(data);
  if (body === undefined) return [];
  if (event === COST_EVENT) return costOf(body);
  if (isRecord(body.error)) return [{ type: "failed", failure: failureOf(body), at }];
  return [...deltasOf(body), ...usageOf(body)];
}

function parsed(data: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(data);
    return isRecord(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function costOf(body: Record<string, unknown>): StreamEvent[] {
  const { cost_usd: cost, input_tokens: read, output_tokens: written, model } = body;
  if (typeof cost !== "string" || typeof read !== "number" || typeof written !== "number") {
    return [];
  }
  const known = typeof model === "string" ? { model } : {};
  return [{ type: "cost", costUsd: cost, inputTokens: read, outputTokens: written, ...known }];
}

function failureOf(body: Record<string, unknown>): Failure {
  return { status: 0, code: "unknown", message: "", ...told(body) };
}

function deltasOf(body: Record<string, unknown>): StreamEvent[] {
  const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined;
  const delta = isRecord(choice) ? choice.delta : undefined;
  const text = isRecord(delta) ? delta.content : undefined;
  if (typeof text !== "string" || text === "") return [];
  return [{ type: "delta", text, model: typeof body.model === "string" ? body.model : undefined }];
}

function usageOf(body: Record<string, unknown>): StreamEvent[] {
  const usage = body.usage;
  if (!isRecord(usage)) return [];
  const { prompt_tokens: read, completion_tokens: written } = usage;
  if (typeof read !== "number" || typeof written !== "number") return [];
  return [{ type: "usage", inputTokens: read, outputTokens: written }];
}
