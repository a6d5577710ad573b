import { describe, expect, it } from "vitest";
import { matches, stateOf } from "./filters";

const AGENT = {
  name: "demo",
  namespace: "team-a",
  description: "Small talk",
  ready: false,
  suspended: false,
  reason: "SecretNotFound",
  spec: { model: "gpt" },
};

describe("matches", () => {
  it.each([
    [{}, true],
    [{ search: "small TEAM" }, true],
    [{ search: "secret gpt" }, true],
    [{ search: "small other" }, false],
    [{ namespace: "team-b" }, false],
    [{ state: "failing" as const }, true],
    [{ state: "ready" as const }, false],
  ])("%j: %s", (filters, found) => {
    expect(matches(AGENT as never, filters)).toBe(found);
  });
});

describe("stateOf", () => {
  it("calls a suspended agent suspended, whatever its condition says", () => {
    expect(stateOf({ ready: true, suspended: true })).toBe("suspended");
  });
});
