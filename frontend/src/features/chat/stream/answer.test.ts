import { createParser } from "eventsource-parser";
import { describe, expect, it } from "vitest";
import { type Answer, isRunning, newAnswer, readAll } from "./answer";
import { readEvent, type StreamEvent } from "./events";
import complete from "./fixtures/complete.sse?raw";
import disconnected from "./fixtures/disconnected.sse?raw";

const ASKED_AT = 1000;
const AT = 3500;

/** Events of a stream that a gateway wrote and that was kept byte by byte. */
function recorded(stream: string): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = createParser({ onEvent: (event) => events.push(...readEvent(event, AT)) });
  parser.feed(stream);
  return events;
}

const answerTo = (events: readonly StreamEvent[]): Answer => readAll(newAnswer(ASKED_AT), events);
const delta = (text: string): StreamEvent => ({ type: "delta", text, model: "m" });

describe("a recorded answer that is complete", () => {
  const answer = answerTo([...recorded(complete), { type: "ended", at: AT + 100 }]);

  it("has all of its text, and ends once", () => {
    expect(answer.status).toBe("complete");
    expect(answer.content).toContain("def ");
    expect(answer.failure).toBeUndefined();
  });

  it("tells tokens, cost, model and time, also from the event behind the end marker", () => {
    expect(answer).toMatchObject({
      inputTokens: 45,
      outputTokens: 57,
      costUsd: "0.000000",
      model: "demo-model",
      seconds: 2.5,
    });
  });

  it("is the same however its events are grouped", () => {
    const events = recorded(complete);
    const oneByOne = events.reduce((so, event) => readAll(so, [event]), newAnswer(ASKED_AT));
    expect(oneByOne).toEqual(answerTo(events));
  });
});

describe("a recorded answer whose worker was killed", () => {
  const answer = answerTo([...recorded(disconnected), { type: "ended", at: AT }]);

  it("keeps what came, and says what happened", () => {
    expect(answer.status).toBe("error");
    expect(answer.content.length).toBeGreaterThan(20);
    expect(answer.failure?.code).toBe("upstream_disconnected");
    expect(answer.requestId).toMatch(/^req_/);
  });
});

describe("the end of an answer", () => {
  it("is a cut when the stream ends without its end marker", () => {
    const events = recorded(complete).filter((event) => event.type === "delta");
    const answer = answerTo([...events.slice(0, 5), { type: "ended", at: AT }]);
    expect(answer.status).toBe("error");
    expect(answer.failure?.code).toBe("stream_cut");
  });

  it("by the reader keeps the text, and what comes late changes nothing", () => {
    const answer = answerTo([delta("Hel"), { type: "aborted", at: AT }, delta("lo")]);
    expect(answer).toMatchObject({ status: "stopped", content: "Hel", seconds: 2.5 });
  });

  it("keeps the request id of the response for a failure that has none", () => {
    const failure = { status: 0, code: "network", message: "gone" };
    const answer = answerTo([
      { type: "opened", requestId: "req_1" },
      { type: "failed", failure, at: AT },
    ]);
    expect(answer.failure?.requestId).toBe("req_1");
  });
});

describe("an answer that runs", () => {
  it("waits until its first text", () => {
    const opened = answerTo([{ type: "opened", requestId: "req_1" }]);
    expect(opened.status).toBe("waiting");
    expect(isRunning(readAll(opened, [delta("x")]))).toBe(true);
  });

  it("is left as it is by events that say nothing", () => {
    for (const data of ["not json", "[]", '{"choices":[]}', '{"choices":[{"delta":{}}]}', "null"]) {
      expect(readEvent({ data }, AT)).toEqual([]);
    }
  });
});
