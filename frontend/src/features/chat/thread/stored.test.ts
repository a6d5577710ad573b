import { describe, expect, it } from "vitest";
import { type Message, turnsOf } from "./state";
import { fitting, keptAs } from "./stored";

const failed: Message = {
  role: "assistant",
  status: "error",
  content: "",
  askedAt: 0,
  failure: { status: 402, code: "budget_exceeded", message: "used up" },
};

describe("what goes out", () => {
  it("leaves answers that never came out of the next request", () => {
    const messages: Message[] = [{ role: "user", content: "Hi" }, failed];
    expect(turnsOf({ agent: "demo", messages })).toEqual([{ role: "user", content: "Hi" }]);
  });

  it("keeps why an answer failed", () => {
    expect(keptAs(failed)).toMatchObject({ status: "error", error: "used up", content: "" });
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
