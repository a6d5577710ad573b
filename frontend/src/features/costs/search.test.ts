import { describe, expect, it } from "vitest";
import { chips, costSearch, daysOf } from "./search";

const NOW = Date.parse("2026-11-23T12:00:00Z");

describe("costSearch", () => {
  it("keeps dates only with a range of one's own", () => {
    const dates = { from: "2026-11-01", to: "2026-11-02" };
    expect(costSearch({ range: "custom", ...dates })).toEqual({ range: "custom", ...dates });
    expect(costSearch({ range: "7d", ...dates })).toEqual({ range: "7d" });
  });

  it("drops what makes no sense", () => {
    expect(costSearch({ by: "moon", range: "custom", from: "2026-13-45" })).toEqual({
      range: "custom",
    });
  });
});

describe("chips", () => {
  it.each([
    [{}, []],
    [{ namespace: "a" }, ["namespace a"]],
    [{ namespace: "a", agent: "shop" }, ["agent a/shop"]],
    [{ agent: "shop", key: "a/ci", team: "red" }, ["agent shop", "key a/ci", "team red"]],
  ])("of %j", (search, names) => {
    expect(chips(search).map(({ filter, name }) => `${filter} ${name}`)).toEqual(names);
  });

  it("take the namespace along with the last name in it", () => {
    const both = { namespace: "a", agent: "shop", model: "small" };
    expect(chips(both).map((chip) => chip.clears)).toEqual([["agent"], ["model"]]);
    const one = { namespace: "a", model: "small" };
    expect(chips(one).map((chip) => chip.clears)).toEqual([["model", "namespace"]]);
  });
});

describe("daysOf", () => {
  it("is the last 30 days when nothing is said", () => {
    expect(daysOf({}, NOW)).toEqual({ from: "2026-10-25", to: "2026-11-23" });
  });

  it("takes days in either order", () => {
    const search = { range: "custom", from: "2026-11-09", to: "2026-11-02" } as const;
    expect(daysOf(search, NOW)).toEqual({ from: "2026-11-02", to: "2026-11-09" });
  });
});
