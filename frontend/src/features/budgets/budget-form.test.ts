import { describe, expect, it } from "vitest";
import { budgetForm, emptyBudgetForm, formOf, specOf } from "./budget-form";

const form = { ...emptyBudgetForm("default"), name: "month", amount: "2.50" };

function problems(changes: Partial<typeof form>): string[] {
  const result = budgetForm.safeParse({ ...form, ...changes });
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join("."));
}

describe("budgetForm", () => {
  it("takes a whole form", () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    ["name", { name: "Über" }],
    ["amount", { amount: "0" }],
    ["amount", { amount: "" }],
    ["scopeName", { scopeKind: "Agent" as const }],
    [
      "thresholds.0.percent",
      { thresholds: [{ percent: "101", action: "warn" as const, model: "" }] },
    ],
    [
      "thresholds.0.model",
      { thresholds: [{ percent: "9", action: "downgrade" as const, model: "" }] },
    ],
  ])("names the field %s", (field, changes) => {
    expect(problems(changes)).toEqual([field]);
  });
});

describe("specOf", () => {
  it("has no name for a namespace and no model but for a downgrade", () => {
    expect(specOf({ ...form, scopeName: "left over" })).toEqual({
      scope: { kind: "Namespace" },
      amountUSD: 2.5,
      period: "month",
      timeZone: "UTC",
      enforce: true,
      failOpen: false,
      thresholds: [{ percent: 80, action: "warn" }],
    });
  });

  it("gives back the spec that a form was made of", () => {
    const spec = {
      scope: { kind: "Team" as const, name: "search" },
      amountUSD: 7,
      period: "week" as const,
      timeZone: "Europe/Berlin",
      enforce: false,
      failOpen: true,
      thresholds: [{ percent: 60, action: "downgrade" as const, model: "small" }],
    };
    expect(specOf(formOf("default", "x", spec))).toEqual(spec);
  });
});
