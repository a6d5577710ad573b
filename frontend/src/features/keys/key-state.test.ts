import { describe, expect, it } from "vitest";
import { isAlive, isEditable, keyState } from "./key-state";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const key = { revoked: false, ready: true, expires_at: null };

describe("keyState", () => {
  it.each([
    ["active", key],
    ["active", { ...key, expires_at: "2027-11-23T12:00:00Z" }],
    ["expiring", { ...key, expires_at: "2026-11-25T12:00:00Z" }],
    ["expired", { ...key, ready: false, expires_at: "2026-11-23T12:00:00Z" }],
    ["waiting", { ...key, ready: false }],
    ["revoked", { ...key, revoked: true, expires_at: "2026-01-01T00:00:00Z" }],
  ])("is %s", (state, facts) => {
    expect(keyState(facts, NOW)).toBe(state);
  });

  it("lets living keys be rotated, and no others", () => {
    const alive = (["active", "expiring", "waiting", "expired", "revoked"] as const).filter(
      isAlive,
    );
    expect(alive).toEqual(["active", "expiring", "waiting"]);
  });

  it("lets all keys be edited but those that were revoked", () => {
    expect((["active", "expired", "revoked"] as const).filter(isEditable)).toEqual([
      "active",
      "expired",
    ]);
  });
});
