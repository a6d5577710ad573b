import { describe, expect, it } from "vitest";
import { emptyKeyForm, expiresAt, newKeyBody, newKeyForm, words } from "./new-key";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const form = { ...emptyKeyForm, owner: " ann@example.com " };

function problems(changes: Partial<typeof form>): string[] {
  const result = newKeyForm.safeParse({ ...form, ...changes });
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join("."));
}

describe("newKeyBody", () => {
  it("leaves out what was left empty", () => {
    expect(newKeyBody({ ...form, expiry: "never" }, NOW)).toEqual({
      owner: "ann@example.com",
      role: "user",
    });
  });

  it("carries everything that was filled in", () => {
    const filled = {
      ...form,
      name: "ci",
      namespace: "team-a",
      agents: "demo, demo-*",
      namespaces: "team-* ops",
      team: "search",
      requestsPerMinute: "60",
      concurrency: "4",
      expiry: "week" as const,
    };
    expect(newKeyBody(filled, NOW)).toEqual({
      owner: "ann@example.com",
      role: "user",
      name: "ci",
      namespace: "team-a",
      agents: ["demo", "demo-*"],
      namespaces: ["team-*", "ops"],
      team: "search",
      rate_limit: { requestsPerMinute: 60, tokensPerMinute: null, concurrency: 4 },
      expires_at: "2026-11-30T12:00:00.000Z",
    });
  });
});

describe("newKeyForm", () => {
  it("takes a form with nothing but an owner", () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    ["owner", { owner: "  " }],
    ["agents", { agents: "demo, Demo!" }],
    ["namespace", { namespace: "Team A" }],
    ["team", { team: "-x" }],
    ["requestsPerMinute", { requestsPerMinute: "0" }],
    ["tokensPerMinute", { tokensPerMinute: "many" }],
  ])("names the field %s", (field, changes) => {
    expect(problems(changes)).toEqual([field]);
  });
});

it("reads names separated by commas and spaces, each once", () => {
  expect(words(" a, b  c,a\n")).toEqual(["a", "b", "c"]);
});

it("counts presets from now", () => {
  expect(expiresAt("day", NOW)).toBe("2026-11-24T12:00:00.000Z");
  expect(expiresAt("never", NOW)).toBeUndefined();
});
