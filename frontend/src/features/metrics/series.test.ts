import { describe, expect, it } from "vitest";
import { counts, latency, moments, totals } from "./series";

function point(at: string, requests: number, p95: number | null, errors = 0) {
  return {
    at,
    requests,
    errors,
    denied: 0,
    input_tokens: requests * 10,
    output_tokens: requests * 5,
    cost_micro_usd: requests * 250_000,
    p50_seconds: p95 === null ? null : p95 / 2,
    p95_seconds: p95,
    p99_seconds: p95,
  };
}

const T = ["2026-11-23T12:00:00Z", "2026-11-23T12:01:00Z", "2026-11-23T12:02:00Z"] as const;
const at = T.map((each) => Date.parse(each));
const a = {
  namespace: "n",
  agent: "a",
  points: [point(T[0], 4, 1, 1), point(T[1], 0, null), point(T[2], 0, null)],
};
const b = {
  namespace: "n",
  agent: "b",
  points: [point(T[0], 1, 3), point(T[1], 0, null), point(T[2], 9, 2)],
};
const report = { from: T[0], to: "2026-11-23T12:03:00Z", step_seconds: 60, series: [a, b] };

describe("counts", () => {
  it("adds up agents and has a row for every step", () => {
    const rows = counts(report);
    expect(rows.map((row) => [row.at, row.requests, row.errors, row.succeeded])).toEqual([
      [at[0], 5, 1, 4],
      [at[1], 0, 0, 0],
      [at[2], 9, 0, 9],
    ]);
    expect(totals(rows)).toEqual({
      requests: 14,
      denied: 0,
      errors: 1,
      inputTokens: 140,
      outputTokens: 70,
      costUsd: 3.5,
    });
  });

  it("has rows of zeros for a quiet time", () => {
    expect(counts({ ...report, series: [] }).map((row) => row.requests)).toEqual([0, 0, 0]);
  });
});

describe("latency", () => {
  it("keeps a line for each of several agents, busiest first", () => {
    const { lines, rows, leftOut } = latency(report, "p95");
    expect(lines).toEqual(["n/b", "n/a"]);
    expect(rows[0]).toEqual({ at: at[0], "n/a": 1, "n/b": 3 });
    expect(rows[1]).toEqual({ at: at[1], "n/a": null, "n/b": null });
    expect(leftOut).toBe(0);
  });

  it("shows three percentiles of one agent", () => {
    const { lines, rows } = latency({ ...report, series: [a] }, "p95");
    expect(lines).toEqual(["p50", "p95", "p99"]);
    expect(rows[0]).toEqual({ at: at[0], p50: 0.5, p95: 1, p99: 1 });
  });

  it("says how many agents it leaves out", () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ ...a, agent: `a${index}` }));
    expect(latency({ ...report, series: many }, "p50").leftOut).toBe(3);
  });
});

it("keeps what was refused apart from what failed", () => {
  const refused = { ...point(T[0], 5, 1, 1), denied: 2 };
  const [row] = counts({ ...report, series: [{ ...a, points: [refused] }] });
  expect(row).toMatchObject({ requests: 5, succeeded: 2, denied: 2, errors: 1 });
});

it("takes the moments that the gateway chose", () => {
  expect(moments({ ...report, from: "2026-11-23T12:00:20Z" })).toEqual(at);
});
