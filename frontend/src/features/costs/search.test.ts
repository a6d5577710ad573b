import { describe, expect, it } from "vitest";
import { costSearch, daysOf } from "./search";

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

describe("daysOf", () => {
  it("is the last 30 days when nothing is said", () => {
    expect(daysOf({}, NOW)).toEqual({ from: "2026-10-25", to: "2026-11-23" });
  });

  it("takes days in either order", () => {
    const search = { range: "custom", from: "2026-11-09", to: "2026-11-02" } as const;
    expect(daysOf(search, NOW)).toEqual({ from: "2026-11-02", to: "2026-11-09" });
  });
});
