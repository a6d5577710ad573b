import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Colourist, type Tokeniser } from "./colourist";
import type { Code, Token } from "./tokens";

const code = (text: string): Code => ({ text, language: "json" });
const tokens = (text: string): Token[] => [{ text, kind: "string" }];

/** A thread that answers when it is told to. */
class Thread implements Tokeniser {
  onmessage: Tokeniser["onmessage"] = null;
  onerror: Tokeniser["onerror"] = null;
  readonly asked: string[] = [];
  ended = false;

  postMessage({ text }: Code) {
    this.asked.push(text);
  }
  terminate() {
    this.ended = true;
  }
  answer() {
    const data = tokens(this.asked.at(-1) ?? "");
    this.onmessage?.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }
  fail() {
    this.onerror?.call(this as unknown as Worker, new ErrorEvent("error"));
  }
}

function setUp() {
  const threads: Thread[] = [];
  const heard: string[] = [];
  const colourist = new Colourist(() => {
    threads.push(new Thread());
    return last();
  });
  const last = () => threads.at(-1) as Thread;
  const order = (text: string) =>
    colourist.order(code(text), ([token]) => heard.push(token?.text ?? ""));
  return { threads, heard, last, order };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("Colourist", () => {
  it("starts with the first order, and takes one after the other", () => {
    const { threads, heard, last, order } = setUp();
    expect(threads).toHaveLength(0);
    order("one");
    order("two");
    expect(last().asked).toEqual(["one"]);
    last().answer();
    last().answer();
    order("three");
    last().answer();
    expect(heard).toEqual(["one", "two", "three"]);
    expect(threads).toHaveLength(1);
  });

  it("forgets what is taken back, also while it is being done", () => {
    const { heard, last, order } = setUp();
    const takeBack = [order("one"), order("two")];
    order("three");
    for (const each of takeBack) each();
    last().answer();
    expect(last().asked).toEqual(["one", "three"]);
    last().answer();
    expect(heard).toEqual(["three"]);
  });

  it("ends what takes too long, and goes on with the next", () => {
    const { threads, heard, last, order } = setUp();
    order("goes astray");
    order("next");
    vi.advanceTimersByTime(10_000);
    expect(threads.map(({ ended }) => ended)).toEqual([true, false]);
    last().answer();
    expect(heard).toEqual(["next"]);
  });

  it("hears nothing more of what it has ended", () => {
    const { threads, heard, last, order } = setUp();
    order("goes astray");
    order("next");
    vi.advanceTimersByTime(10_000);
    threads[0]?.answer();
    threads[0]?.fail();
    expect(heard).toEqual([]);
    last().answer();
    expect(heard).toEqual(["next"]);
  });

  it("gives up when the thread cannot be loaded", () => {
    const { threads, heard, last, order } = setUp();
    order("one");
    order("two");
    last().fail();
    order("three");
    vi.advanceTimersByTime(60_000);
    expect(threads.map(({ ended, asked }) => [ended, asked])).toEqual([[true, ["one"]]]);
    expect(heard).toEqual([]);
  });

  it("gives up where there are no threads", () => {
    const start = vi.fn(() => {
      throw new ReferenceError("Worker is not defined");
    });
    const colourist = new Colourist(start);
    for (const text of ["one", "two"]) colourist.order(code(text), () => undefined);
    expect(start).toHaveBeenCalledTimes(1);
  });
});
