import { afterEach, describe, expect, it, vi } from "vitest";
import { newAnswer, readAll } from "./answer";
import type { StreamEvent } from "./events";
import notReady from "./fixtures/agent-not-ready.json?raw";
import complete from "./fixtures/complete.sse?raw";
import { openStream } from "./open-stream";

/** A body that comes in pieces of `size` bytes, which cut words and characters. */
function inPieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

async function asked(response: () => Promise<Response>, signal = new AbortController().signal) {
  vi.stubGlobal("fetch", vi.fn(response));
  const events: StreamEvent[] = [];
  await openStream({
    agent: "demo",
    turns: [{ role: "user", content: "Hi" }],
    signal,
    onEvents: (some) => events.push(...some),
    now: () => 0,
  });
  return readAll(newAnswer(0), events);
}

afterEach(() => vi.unstubAllGlobals());

describe("openStream", () => {
  it.each([1, 7, 64 * 1024])("reads the answer in pieces of %i bytes", async (size) => {
    const headers = { "x-request-id": "req_9" };
    const body = () => inPieces(new TextEncoder().encode(complete), size);
    const answer = await asked(async () => new Response(body(), { headers }));
    expect(answer).toMatchObject({ status: "complete", outputTokens: 57, requestId: "req_9" });
  });

  it("tells what the gateway refused, with the time to wait", async () => {
    const answer = await asked(
      async () =>
        new Response(notReady, {
          status: 503,
          headers: { "retry-after": "5" },
        }),
    );
    expect(answer.failure).toMatchObject({ status: 503, code: "agent_not_ready", retryAfter: 5 });
    expect(answer.failure?.message).toContain("SecretNotFound");
  });

  it("calls a lost connection one", async () => {
    const answer = await asked(() => Promise.reject(new TypeError("Failed to fetch")));
    expect(answer).toMatchObject({ status: "error", failure: { code: "network", status: 0 } });
  });

  it("is stopped by its signal, whatever error that makes", async () => {
    const stop = new AbortController();
    const answer = await asked(() => {
      stop.abort();
      return Promise.reject(new DOMException("aborted", "AbortError"));
    }, stop.signal);
    expect(answer.status).toBe("stopped");
  });

  it("is stopped, not lost, when the page is left", async () => {
    const answer = await asked(() => {
      window.dispatchEvent(new Event("beforeunload"));
      return Promise.reject(new TypeError("Failed to fetch"));
    });
    expect(answer).toMatchObject({ status: "stopped" });
    expect(answer.failure).toBeUndefined();
  });
});
