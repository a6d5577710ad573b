import { describe, expect, it } from "vitest";
import type { Schemas } from "@/lib/api";
import { adviceFor } from "../answer/failure-advice";
import { t } from "../messages";
import type { Failure } from "../stream/events";
import { type Message, turnsOf } from "./state";
import { fitting, keptAs, stateOf } from "./stored";

const failed: Message = {
  role: "assistant",
  status: "error",
  content: "",
  askedAt: 0,
  failure: { status: 402, code: "budget_exceeded", message: "used up" },
};

const failedWith = (status: number, code: string): Message => ({
  ...failed,
  failure: { status, code, message: "as the gateway says", retryAfter: 12 },
});

describe("a failure that was kept", () => {
  it.each([
    [402, "budget_exceeded"],
    [429, "rate_limit_exceeded"],
    [503, "agent_not_ready"],
    [401, "session_ended"],
    [502, "unknown"],
    [500, "internal_error"],
  ])("of %i %s says again what it said, without waiting", (status, code) => {
    const message = failedWith(status, code);
    const again = reloaded(keptAs(message));
    expect(adviceFor(again)).toEqual({ ...adviceFor(failureOf(message)), wait: undefined });
  });

  it("is found in the logs as before", () => {
    const message = { ...failedWith(502, "upstream_failed"), requestId: "req_1" };
    expect(reloaded(keptAs(message)).requestId).toBe("req_1");
  });

  it.each([
    ["Two requests per minute are used; try again in 59 s.", "Two requests per minute are used."],
    ["Try again in a moment.", "Try again in a moment."],
  ])("does not tell to wait any longer: %s", (error, words) => {
    expect(reloaded({ ...keptAs(failed), error }).message).toBe(words);
  });

  it("can be read without a code, as former releases kept it", () => {
    const { error_code: _, ...kept } = keptAs(failed);
    expect(adviceFor(reloaded(kept))).toMatchObject({ title: t.failure.other, text: "used up" });
  });
});

function failureOf(message: Message | undefined): Failure {
  if (message?.role !== "assistant" || !message.failure) throw new Error("it did not fail");
  return message.failure;
}

/** What a page that is loaded anew has of it. */
function reloaded(kept: Schemas["WantedMessage"]): Failure {
  const now = "2026-11-23T04:00:00Z";
  const known = { error: null, error_code: null, input_tokens: null, output_tokens: null };
  const rest = { cost_usd: null, model: null, request_id: null, seconds: null };
  const message = { ...known, ...rest, ...kept, position: 0, created_at: now };
  const facts = { id: "1", title: "", agent: "demo", revision: 1, created_at: now };
  return failureOf(stateOf({ ...facts, updated_at: now, messages: [message] }).messages[0]);
}

describe("what goes out", () => {
  it("leaves answers that never came out of the next request", () => {
    const messages: Message[] = [{ role: "user", content: "Hi" }, failed];
    expect(turnsOf({ agent: "demo", messages })).toEqual([{ role: "user", content: "Hi" }]);
  });

  it("keeps why an answer failed", () => {
    expect(keptAs(failed)).toMatchObject({ status: "error", error: "used up", content: "" });
  });

  it("keeps which failure it was, also one that only the status tells", () => {
    expect(keptAs(failed).error_code).toBe("budget_exceeded");
    expect(keptAs(failedWith(429, "unknown")).error_code).toBe("rate_limit_exceeded");
  });

  it("leaves out a code that is not told apart: the gateway would refuse it", () => {
    expect(keptAs(failedWith(500, "internal_error"))).not.toHaveProperty("error_code");
  });

  it("keeps an answer that still runs as stopped", () => {
    const running: Message = { ...failed, failure: undefined, status: "streaming", content: "a" };
    expect(keptAs(running)).toMatchObject({ status: "stopped", content: "a" });
  });
});

describe("fitting", () => {
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

  it.each(["x", "é", "\n", "🦜", "a🦜\u0001"])("cuts a long text of %j and says so", (piece) => {
    const cut = fitting(keptAs({ role: "user", content: piece.repeat(90_000) }), 60_000, " (cut)");
    expect(bytes(cut)).toBeLessThanOrEqual(60_000);
    expect(bytes(cut)).toBeGreaterThan(40_000);
    expect(cut.content).toMatch(/ \(cut\)$/);
    expect(cut.content).not.toMatch(/[\ud800-\udbff] /);
  });

  it("leaves a short one as it is", () => {
    const message = keptAs({ role: "user", content: "short" });
    expect(fitting(message, 60_000, " (cut)")).toBe(message);
  });
});
