import { describe, expect, it } from "vitest";
import { budgetState, marks, percentText, shares, wholePercent, zoneOf } from "./budget-state";

const budget = {
  amount_usd: 20,
  enforced: true,
  spent_usd: "5.000000",
  reserved_usd: "1.000000",
  state: "Enforced",
  spec: {},
};

describe("shares", () => {
  it("are percents of the amount", () => {
    expect(shares(budget)).toEqual({ spent: 25, reserved: 5, shownSpent: 25, shownReserved: 5 });
  });

  it("end with the bar", () => {
    const over = { ...budget, spent_usd: "19", reserved_usd: "4" };
    expect(shares(over)).toMatchObject({ shownSpent: 95, shownReserved: 5 });
    expect(shares({ ...budget, spent_usd: "30" })).toMatchObject({
      spent: 150,
      shownSpent: 100,
      shownReserved: 0,
    });
  });

  it("are not there before the gateway has counted", () => {
    expect(shares({ ...budget, spent_usd: null })).toBeNull();
  });
});

describe("budgetState", () => {
  it.each([
    ["fine", {}],
    ["near", { spent_usd: "16" }],
    ["near", { spent_usd: "11", spec: { thresholds: [{ percent: 50, action: "warn" }] } }],
    ["exceeded", { state: "Exceeded", spent_usd: "20" }],
    ["tight", { state: "TooLittleLeft", spent_usd: "0" }],
    ["watching", { enforced: false, state: "NotEnforced" }],
    ["uncounted", { spent_usd: null, state: "Pending" }],
    ["broken", { state: "StoreUnavailable" }],
    ["broken", { state: "ScopeNotFound", spent_usd: null }],
  ])("is %s", (state, changes) => {
    expect(budgetState({ ...budget, ...changes })).toBe(state);
  });
});

it.each([
  [99.96, 99, "99 %"],
  [99.2, 99, "99 %"],
  [(29 / 100) * 100, 29, "29 %"],
  [100, 100, "100 %"],
  [150.7, 150, "150 %"],
  [0.3, 0, "< 1 %"],
  [0, 0, "0 %"],
])("writes a share of %f without claiming more than is spent", (share, whole, text) => {
  expect(wholePercent(share)).toBe(whole);
  expect(percentText(share)).toBe(text);
});

it("orders thresholds and drops what is none", () => {
  const thresholds = [{ percent: 100, action: "stop" }, { percent: 50, action: "warn" }, "x"];
  expect(marks({ thresholds }).map((mark) => mark.percent)).toEqual([50, 100]);
  expect(marks({})).toEqual([]);
});

it.each([
  [{}, "UTC"],
  [{ timeZone: "Asia/Tokyo" }, "Asia/Tokyo"],
  [{ timeZone: "Mars/Olympus" }, "UTC"],
])("begins the periods of %j in %s", (spec, zone) => {
  expect(zoneOf(spec)).toBe(zone);
});
