import { describe, expect, it } from "vitest";
import { adviceFor } from "./advice";
import { byUrgency, verdict } from "./standing";

const condition = (reason: string, name = "a") => ({
  kind: "Agent",
  namespace: "n",
  name,
  type: "Ready",
  status: "False",
  reason,
  message: "",
});

describe("verdict", () => {
  it.each([
    ["well", "ok", []],
    ["well", "ok", [condition("Suspended")]],
    ["attention", "ok", [condition("ModelNotFound")]],
    ["degraded", "unknown", []],
    ["degraded", "degraded", [condition("ModelNotFound")]],
    ["down", "down", []],
    ["degraded", "a word of tomorrow", []],
  ])("is %s while components are %s", (expected, status, conditions) => {
    expect(verdict(status, conditions)).toBe(expected);
  });
});

it("lists first what somebody has to act on", () => {
  const listed = byUrgency([condition("Suspended", "a"), condition("ModelNotFound", "b")]);
  expect(listed.map((each) => each.reason)).toEqual(["ModelNotFound", "Suspended"]);
});

it("has advice for every reason", () => {
  expect(adviceFor("SecretNotFound")).toMatch(/Create the Secret/);
  expect(adviceFor("NeverHeardOf")).toMatch(/message/);
});
