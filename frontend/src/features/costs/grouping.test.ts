import { describe, expect, it } from "vitest";
import { bars, dates, nameOf, ordered, shareOf } from "./grouping";

function row(micro: number, more: object = {}) {
  const sums = { calls: 2, input_tokens: 1, cached_tokens: 0, output_tokens: 1 };
  return { ...sums, cost_micro_usd: micro, ...more };
}

describe("nameOf", () => {
  it("has the namespace where names are only unique in one", () => {
    expect(nameOf(row(1, { namespace: "n", agent: "a" }), "agent")).toBe("n/a");
    expect(nameOf(row(1, { key: "n/k" }), "key")).toBe("n/k");
    expect(nameOf(row(1, { namespace: "n", model: "" }), "model")).toBe("");
  });
});

describe("bars", () => {
  it("are dearest first, and name the nameless", () => {
    const found = bars(
      [row(1_000_000, { team: "" }), row(3_000_000, { team: "x" })],
      "team",
      "none",
      "rest",
    );
    expect(found).toEqual([
      { name: "x", costUsd: 3, calls: 2 },
      { name: "none", costUsd: 1, calls: 2 },
    ]);
  });

  it("put the small ones together", () => {
    const rows = Array.from({ length: 20 }, (_, index) =>
      row(index * 1_000_000, { key: `k${index}` }),
    );
    const found = bars(rows, "key", "none", "rest");
    expect(found).toHaveLength(12);
    expect(found.at(-1)).toEqual({ name: "rest", costUsd: 36, calls: 18 });
  });

  it("keep days in order, all of them", () => {
    const days = ["2026-11-03", "2026-11-01", "2026-11-02"].map((day) => row(1, { day }));
    expect(ordered(days, "day").map((each) => each.day)).toEqual([
      "2026-11-01",
      "2026-11-02",
      "2026-11-03",
    ]);
  });
});

describe("dates", () => {
  const now = Date.parse("2026-11-23T23:59:00Z");
  it.each([
    ["today", "2026-11-23"],
    ["7d", "2026-11-17"],
    ["30d", "2026-10-25"],
    ["month", "2026-11-01"],
  ] as const)("of %s begin on %s", (range, from) => {
    expect(dates(range, now)).toEqual({ from, to: "2026-11-23" });
  });
});

it("has no share of nothing", () => {
  expect(shareOf(row(0), row(0))).toBe(0);
  expect(shareOf(row(1), row(4))).toBe(25);
});
