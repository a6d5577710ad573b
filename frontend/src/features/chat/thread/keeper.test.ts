import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api-error";
import { Keeper } from "./keeper";
import type { Message, Said, Saving } from "./state";

const said = (content: string): Message => ({ role: "user", content });
const answer = (content: string): Message => ({
  role: "assistant",
  status: "complete",
  content,
  askedAt: 0,
});
const [ONE, TWO, THREE] = [said("one"), said("two"), said("three")];
const failure = (status: number, code = "x") => new ApiError({ status, code, message: code });
const CHANGED = failure(412, "conversation_changed");

/** A gateway that keeps its rules, with faults to come. */
function setUp(kept: Message[] = []) {
  const stored: Said[] = [...kept];
  let revision = 7;
  const faults: (ApiError | undefined)[] = [];
  const heard: (Saving["kind"] | undefined)[] = [];
  const writes: number[] = [];
  let loseAnswer = false;
  function change(position: number, ...messages: Said[]) {
    stored.splice(position, stored.length, ...messages);
    revision += 1;
  }
  async function write(position: number, message: Message, read: number) {
    writes.push(position);
    const fault = faults.shift();
    if (fault) throw fault;
    if (read !== revision) throw CHANGED;
    if (position > stored.length) throw failure(409, "conflict");
    change(position, message);
    if (loseAnswer) {
      loseAnswer = false;
      throw failure(0, "network");
    }
    return revision;
  }
  const ports = { write, stored: async () => ({ messages: [...stored], revision }) };
  const keeper = new Keeper({ messages: kept, revision }, ports, (saving) =>
    heard.push(saving?.kind),
  );
  const loseNext = () => {
    loseAnswer = true;
  };
  return { keeper, stored, faults, heard, writes, change, loseNext };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("Keeper", () => {
  it("goes on where it failed, in order, and says so once", async () => {
    const { keeper, stored, faults, heard, writes } = setUp();
    faults.push(failure(503), failure(503));
    await keeper.keep([ONE]);
    await keeper.keep([ONE, TWO]);
    await keeper.keep([ONE, TWO, THREE]);
    expect(stored).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stored).toEqual([ONE, TWO, THREE]);
    expect(writes).toEqual([0, 0, 0, 1, 2]);
    expect(heard).toEqual(["retrying", undefined]);
    expect(keeper.done).toBe(true);
  });

  it("waits longer each time, and as long as it is told", async () => {
    const { keeper, faults, writes } = setUp();
    faults.push(failure(503), failure(503), failure(503));
    await keeper.keep([ONE]);
    await vi.advanceTimersByTimeAsync(3500);
    expect(writes).toHaveLength(3);
    const told = setUp();
    told.faults.push(new ApiError({ status: 429, code: "x", message: "", retryAfter: 20 }));
    await told.keeper.keep([ONE]);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(told.writes).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(told.stored).toEqual([ONE]);
  });

  it("tries at once when it is told to", async () => {
    const { keeper, stored, faults } = setUp();
    faults.push(failure(0));
    await keeper.keep([ONE]);
    await keeper.again();
    expect(stored).toEqual([ONE]);
  });

  it("does not try by itself what will be refused again", async () => {
    const { keeper, faults, heard, writes } = setUp();
    faults.push(failure(413));
    await keeper.keep([ONE]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes).toHaveLength(1);
    expect(heard).toEqual(["refused"]);
  });

  it("never overwrites what somebody else has written", async () => {
    const { keeper, stored, heard, change } = setUp([ONE]);
    change(1, THREE);
    await keeper.keep([ONE, TWO]);
    await keeper.again();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual(["changed"]);
    expect(stored).toEqual([ONE, THREE]);
  });

  it("lets one of two answers to the same question stand", async () => {
    const { keeper, stored, heard, change } = setUp([ONE, answer("old")]);
    change(1, answer("of the other tab"));
    await keeper.keep([ONE, answer("mine")]);
    expect(heard).toEqual(["changed"]);
    expect(stored[1]?.content).toBe("of the other tab");
    keeper.reset({ messages: [ONE, answer("of the other tab")], revision: 8 });
    await keeper.keep([ONE, answer("mine after all")]);
    expect(heard).toEqual(["changed", undefined]);
    expect(stored[1]?.content).toBe("mine after all");
  });

  it("goes on at once when it was only renamed", async () => {
    const { keeper, stored, heard, change } = setUp([ONE, answer("old")]);
    change(2);
    await keeper.keep([ONE, answer("new"), TWO]);
    expect(stored.map(({ content }) => content)).toEqual(["one", "new", "two"]);
    expect(heard).toEqual([]);
  });

  it("gives up on a gateway that contradicts itself", async () => {
    const { keeper, faults, heard, writes } = setUp([ONE]);
    faults.push(CHANGED, CHANGED, CHANGED);
    await keeper.keep([ONE, TWO]);
    expect(heard).toEqual(["changed"]);
    expect(writes).toHaveLength(1);
  });

  it("knows its own writing whose answer was lost", async () => {
    const { keeper, stored, heard, loseNext } = setUp();
    loseNext();
    await keeper.keep([ONE, TWO]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stored).toEqual([ONE, TWO]);
    expect(heard).toEqual(["retrying", undefined]);
  });

  it("writes no more once it is closed", async () => {
    const { keeper, faults, writes } = setUp();
    faults.push(failure(503));
    await keeper.keep([ONE]);
    keeper.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes).toHaveLength(1);
  });

  it("gives the last message for a page that goes away, unless more is missing", () => {
    const { keeper } = setUp([ONE]);
    expect(keeper.last([ONE, TWO, THREE])).toBeNull();
    expect(keeper.last([ONE, TWO])).toEqual({ position: 1, message: TWO, revision: 7 });
    expect(keeper.last([ONE, TWO])).toBeNull();
  });

  it.each([true, false])(
    "goes on when the page comes back: its last write arrived: %s",
    async (arrived) => {
      const { keeper, stored, heard, change } = setUp([ONE]);
      expect(keeper.last([ONE, TWO])).not.toBeNull();
      if (arrived) change(1, TWO);
      await keeper.keep([ONE, TWO, THREE]);
      expect(stored).toEqual([ONE, TWO, THREE]);
      expect(heard).toEqual([]);
    },
  );

  it("goes on with an answer of which the page had left the beginning", async () => {
    const { keeper, stored, heard, change } = setUp([ONE]);
    keeper.last([ONE, answer("It beg")]);
    change(1, answer("It beg"));
    await keeper.keep([ONE, answer("It begins"), THREE]);
    expect(stored.map(({ content }) => content)).toEqual(["one", "It begins", "three"]);
    expect(heard).toEqual([]);
  });
});
