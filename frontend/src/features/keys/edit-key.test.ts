import { describe, expect, it } from "vitest";
import { editFormOf, keyChanges } from "./edit-key";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const key = {
  owner: "ann",
  rate_limit: { requestsPerMinute: 60, tokensPerMinute: null, concurrency: 2 },
  expires_at: "2026-11-30T12:00:00Z",
};
const form = editFormOf(key);

describe("keyChanges", () => {
  it("are none for a form that nobody touched", () => {
    expect(form).toEqual({
      owner: "ann",
      requestsPerMinute: "60",
      tokensPerMinute: "",
      concurrency: "2",
      expiry: "keep",
    });
    expect(keyChanges(form, key, NOW)).toBeNull();
    const bare = { owner: "ann", rate_limit: null, expires_at: null };
    expect(keyChanges(editFormOf(bare), bare, NOW)).toBeNull();
  });

  it.each([
    [{ owner: "bob" }, { owner: "bob" }],
    [{ concurrency: "3" }, { rate_limit: { concurrency: 3 } }],
    [{ requestsPerMinute: "" }, { rate_limit: { requestsPerMinute: null } }],
    [{ expiry: "never" as const }, { expires_at: null }],
    [{ expiry: "day" as const }, { expires_at: "2026-11-24T12:00:00.000Z" }],
  ])("of %j are %j alone", (changes, body) => {
    expect(keyChanges({ ...form, ...changes }, key, NOW)).toEqual(body);
  });
});
