import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import STREAM from "../stream/fixtures/complete.sse?raw";
import type { Message } from "./state";
import { type Missing, Thread } from "./thread";

type Write = [position: number, content: string, revision: number];

const written: Write[] = [];
const left: Write[] = [];
const behind: (Missing | null)[] = [];
let requests: { messages: { role: string; content: string }[] }[] = [];
let answer: (init: RequestInit) => Response | Promise<Response>;

const noted = (to: Write[]) => async (position: number, message: Message, revision: number) => {
  to.push([position, message.content, revision]);
  return revision + 1;
};

function thread() {
  const initial = { agent: "demo", messages: [] };
  const ports = {
    write: noted(written),
    leave: noted(left),
    leaveBehind: (missing: Missing | null) => behind.push(missing),
    stored: async () => ({ messages: [], revision: 0 }),
    onSettled: vi.fn(),
  };
  return { thread: new Thread(initial, ports, { ...initial, revision: 0 }), ports };
}

const REFUSED = '{"error": {"code": "rate_limit_exceeded", "message": "Too many."}}';
const refusal = () => new Response(REFUSED, { status: 429 });
const delta = (text: string) =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}`;

/** Says `text`, if any, and nothing more until it is stopped. */
function endless(text?: string) {
  return ({ signal }: RequestInit) =>
    new Response(
      new ReadableStream({
        start: (stream) => {
          if (text) stream.enqueue(new TextEncoder().encode(`${delta(text)}\n\n`));
          signal?.addEventListener("abort", () => stream.error(new DOMException("", "AbortError")));
        },
      }),
    );
}

beforeEach(() => {
  written.length = 0;
  left.length = 0;
  behind.length = 0;
  requests = [];
  answer = () => new Response(STREAM);
  vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
    requests.push(JSON.parse(String(init.body)));
    return answer(init);
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("Thread", () => {
  it("asks, reads the answer, and has both kept in order", async () => {
    const { thread: talk, ports } = thread();
    await talk.send("Hello");
    const [question, reply] = talk.snapshot().messages;
    expect(question).toEqual({ role: "user", content: "Hello" });
    expect(reply).toMatchObject({ role: "assistant", status: "complete", outputTokens: 57 });
    expect(written).toEqual([
      [0, "Hello", 0],
      [1, reply?.content, 1],
    ]);
    expect(ports.onSettled).toHaveBeenCalledOnce();
  });

  it("takes one question at a time", async () => {
    const { thread: talk } = thread();
    const first = talk.send("One");
    await talk.send("Two");
    await first;
    expect(requests).toHaveLength(1);
  });
});

describe("asking anew", () => {
  it("drops what followed a question that was edited", async () => {
    const { thread: talk } = thread();
    await talk.send("One");
    await talk.send("Two");
    await talk.resend(0, "One, but better");
    expect(talk.snapshot().messages).toHaveLength(2);
    expect(requests.at(-1)?.messages).toEqual([{ role: "user", content: "One, but better" }]);
    expect(written.slice(4).map(([position, , revision]) => [position, revision])).toEqual([
      [0, 4],
      [1, 5],
    ]);
  });

  it("retries the last question with all that came before it, and writes only the answer", async () => {
    const { thread: talk } = thread();
    await talk.send("One");
    await talk.send("Two");
    await talk.retry();
    expect(requests.at(-1)).toEqual(requests.at(-2));
    expect(talk.snapshot().messages).toHaveLength(4);
    expect(written.slice(4).map(([position]) => position)).toEqual([3]);
  });

  it("keeps the old answer, here and there, when there is no new one", async () => {
    const { thread: talk } = thread();
    await talk.send("One");
    const before = talk.snapshot().messages;
    answer = refusal;
    await talk.resend(0, "Other");
    expect(talk.snapshot().messages).toBe(before);
    expect(talk.snapshot().redo).toMatchObject({
      question: { content: "Other" },
      answer: { status: "error", failure: { code: "rate_limit_exceeded" } },
    });
    expect(written).toHaveLength(2);
  });

  it("asks again what has failed, and then replaces the old answer", async () => {
    const { thread: talk } = thread();
    await talk.send("One");
    answer = refusal;
    await talk.resend(0, "Other");
    answer = () => new Response(STREAM);
    await talk.retry();
    expect(requests.at(-1)?.messages).toEqual([{ role: "user", content: "Other" }]);
    expect(talk.snapshot().redo).toBeUndefined();
    expect(talk.snapshot().messages.map(({ content }) => content)[0]).toBe("Other");
    expect(written.slice(2).map(([position]) => position)).toEqual([0, 1]);
  });

  it("shows the old answer until the new one begins", async () => {
    const { thread: talk } = thread();
    await talk.send("One");
    answer = endless();
    const over = talk.retry();
    expect(talk.runs).toBe(true);
    expect(talk.snapshot().redo?.answer.status).toBe("waiting");
    expect(talk.snapshot().messages[1]).toMatchObject({ status: "complete" });
    talk.stop();
    await over;
    expect(talk.snapshot().messages[1]).toMatchObject({ status: "complete" });
    expect(talk.snapshot().redo).toBeUndefined();
    answer = endless("New");
    const again = talk.retry();
    await vi.waitFor(() => expect(talk.snapshot().messages[1]?.content).toBe("New"));
    talk.stop();
    await again;
    expect(written.at(-1)).toEqual([1, "New", 2]);
  });
});

describe("a page that goes away", () => {
  it("keeps what has come of the answer", async () => {
    const { thread: talk } = thread();
    answer = endless("Half an");
    const over = talk.send("One");
    await vi.waitFor(() => expect(talk.snapshot().messages[1]?.content).toBe("Half an"));
    talk.leave();
    expect(left).toEqual([[1, "Half an", 1]]);
    expect(behind).toMatchObject([
      { position: 1, revision: 1, messages: [{ role: "assistant", content: "Half an" }] },
    ]);
    talk.stop();
    await over;
  });

  it("leaves the question behind as well while that is on its way", async () => {
    const { thread: talk, ports } = thread();
    ports.write = () => new Promise(() => undefined);
    answer = endless("Half an");
    void talk.send("One");
    await vi.waitFor(() => expect(talk.snapshot().messages[1]?.content).toBe("Half an"));
    talk.leave();
    expect(left).toEqual([]);
    expect(behind).toMatchObject([
      { position: 0, revision: 0, messages: [{ content: "One" }, { content: "Half an" }] },
    ]);
    talk.stop();
  });

  it("writes nothing when all is kept", async () => {
    const { thread: talk } = thread();
    await talk.send("One");
    talk.leave();
    expect(left).toEqual([]);
    expect(behind).toEqual([null]);
  });
});
