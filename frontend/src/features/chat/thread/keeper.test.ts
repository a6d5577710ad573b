import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api-error";
import { Keeper } from "./keeper";
import type { Message, Said, Saving } from "./state";

const said = (content: string): Message => ({ role: "user", content });
const [ONE, TWO, THREE] = [said("one"), said("two"), said("three")];
const failure = (status: number, code = "x") => new ApiError({ status, code, message: code });
const CHANGED = failure(409, "conversation_changed");

/** A gateway that keeps its rules, with faults to come. */
function setUp(kept: Message[] = []) {
  const stored: Said[] = [...kept];
  const faults: (ApiError | undefined)[] = [];
  const heard: (Saving["kind"] | undefined)[] = [];
  const writes: number[] = [];
  let loseAnswer = false;
  async function write(position: number, message: Message, count: number) {
    writes.push(position);
    const fault = faults.shift();
    if (fault) throw fault;
    if (count !== stored.length) throw CHANGED;
    stored.splice(position, stored.length, message);
    if (loseAnswer) {
      loseAnswer = false;
      throw failure(0, "network");
    }
  }
  const keeper = new Keeper(kept, { write, stored: async () => stored }, (saving) =>
    heard.push(saving?.kind),
  );
  return { keeper, stored, faults, heard, writes, loseNext: () => (loseAnswer = true) };
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
    const { keeper, stored, heard } = setUp([ONE]);
    stored.push(THREE);
    await keeper.keep([ONE, TWO]);
    await keeper.again();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual(["changed"]);
    expect(stored).toEqual([ONE, THREE]);
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
    expect(keeper.last([ONE, TWO])).toEqual({ position: 1, message: TWO, count: 1 });
    expect(keeper.last([ONE, TWO])).toBeNull();
  });
});
