/** Asks for an answer and tells its events as they come. Decides nothing: `answer.ts` does. */
import { createParser } from "eventsource-parser";
import { ApiError } from "@/lib/api-error";
import { readEvent, type StreamEvent } from "./events";
import { watchLeaving } from "./leaving";

export interface Turn {
  role: "user" | "assistant";
  content: string;
}

export interface StreamRequest {
  agent: string;
  turns: readonly Turn[];
  signal: AbortSignal;
  onEvents: (events: readonly StreamEvent[]) => void;
  now?: () => number;
}

const PATH = "/v1/chat/completions";

/** Resolves when the stream is over, however it ended; the last event says how. */
export async function openStream(request: StreamRequest): Promise<void> {
  const now = request.now ?? (() => performance.now());
  const leaving = watchLeaving();
  try {
    const response = await ask(request);
    request.onEvents([
      { type: "opened", requestId: response.headers.get("x-request-id") ?? undefined },
    ]);
    await readBody(response, request.onEvents, now);
    request.onEvents([{ type: "ended", at: now() }]);
  } catch (error) {
    const stopped = request.signal.aborted || leaving.now();
    request.onEvents([stopped ? { type: "aborted", at: now() } : failed(error, now())]);
  } finally {
    leaving.end();
  }
}

async function ask({ agent, turns, signal }: StreamRequest): Promise<Response> {
  const response = await fetch(PATH, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({
      model: agent,
      messages: turns,
      stream: true,
      stream_options: { include_usage: true },
    }),
    signal,
  });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  throw ApiError.ofAnswer(response, body);
}

async function readBody(
  response: Response,
  onEvents: StreamRequest["onEvents"],
  now: () => number,
): Promise<void> {
  if (response.body === null) return;
  let events: StreamEvent[] = [];
  const parser = createParser({ onEvent: (event) => events.push(...readEvent(event, now())) });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    parser.feed(decoder.decode(piece.value, { stream: true }));
    if (events.length > 0) onEvents(events);
    events = [];
  }
}

function failed(error: unknown, at: number): StreamEvent {
  const { status, code, message, requestId, retryAfter } = ApiError.of(error);
  return { type: "failed", failure: { status, code, message, requestId, retryAfter }, at };
}
