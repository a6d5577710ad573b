/** From what the gateway knows of agents to rows that charts and tables show. Pure.
 *
 * Counts add up over agents. Percentiles do not: of several agents each keeps its own line.
 */
import type { Schemas } from "@/lib/api";

export type Report = Schemas["TrafficReport"];
export type AgentSeries = Schemas["TrafficSeries"];
type Point = Schemas["TrafficPoint"];

export const PERCENTILES = ["p50", "p95", "p99"] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** One moment; `at` in milliseconds since the epoch. */
export interface CountRow {
  at: number;
  requests: number;
  succeeded: number;
  denied: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
}

/** One moment and a value in seconds for each line; null where nothing was asked. */
export type LatencyRow = { at: number } & Record<string, number | null>;

export interface Latency {
  lines: string[];
  rows: LatencyRow[];
  leftOut: number;
}

export interface Totals {
  requests: number;
  denied: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
}

const MOST_LINES = 6;

export function agentName(series: { namespace: string; agent: string }): string {
  return `${series.namespace}/${series.agent}`;
}

/** Sums over all agents at every step of the time asked for, zero where nothing happened. */
export function counts(report: Report): CountRow[] {
  const rows = new Map(moments(report).map((at) => [at, emptyRow(at)]));
  for (const point of report.series.flatMap((series) => series.points)) {
    const row = rows.get(Date.parse(point.at));
    if (row) add(row, point);
  }
  return [...rows.values()];
}

/** Latency: three percentiles of a single agent, or one percentile of each of the busiest. */
export function latency(report: Report, percentile: Percentile): Latency {
  const busiest = [...report.series].sort((a, b) => requestsOf(b) - requestsOf(a));
  const [only] = busiest;
  if (busiest.length === 1 && only) {
    const lines = PERCENTILES.map((each) => ({ name: each, values: valuesOf(only, each) }));
    return { ...joined(report, lines), leftOut: 0 };
  }
  const answered = busiest.filter((series) => series.points.some((p) => p.p50_seconds !== null));
  const shown = answered.slice(0, MOST_LINES);
  const lines = shown.map((series) => ({
    name: agentName(series),
    values: valuesOf(series, percentile),
  }));
  return { ...joined(report, lines), leftOut: answered.length - shown.length };
}

/** Everything together. */
export function totals(rows: CountRow[]): Totals {
  const sums: Totals = {
    requests: 0,
    denied: 0,
    errors: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
  };
  for (const row of rows) {
    sums.requests += row.requests;
    sums.denied += row.denied;
    sums.errors += row.errors;
    sums.inputTokens += row.inputTokens;
    sums.outputTokens += row.outputTokens;
    sums.costUsd += row.costUsd;
  }
  return sums;
}

/** Every step of the time asked for, in order. Series have no gaps; without any, steps are made. */
export function moments(report: Report): number[] {
  const known = report.series.flatMap((series) => series.points.map((p) => Date.parse(p.at)));
  if (known.length > 0) return [...new Set(known)].sort((a, b) => a - b);
  const [from, step] = [Date.parse(report.from), report.step_seconds * 1000];
  const steps = Math.max(0, Math.ceil((Date.parse(report.to) - from) / step));
  return Array.from({ length: steps }, (_, index) => from + index * step);
}

interface Line {
  name: string;
  values: Map<number, number | null>;
}

function joined(report: Report, lines: Line[]): Pick<Latency, "lines" | "rows"> {
  const rows = moments(report).map((at) => {
    const values = lines.map((line) => [line.name, line.values.get(at) ?? null]);
    return { ...Object.fromEntries(values), at } as LatencyRow;
  });
  return { lines: lines.map((line) => line.name), rows };
}

function valuesOf(series: AgentSeries, percentile: Percentile): Map<number, number | null> {
  return new Map(series.points.map((p) => [Date.parse(p.at), p[`${percentile}_seconds`]]));
}

function requestsOf(series: AgentSeries): number {
  return series.points.reduce((sum, point) => sum + point.requests, 0);
}

function emptyRow(at: number): CountRow {
  return {
    at,
    requests: 0,
    succeeded: 0,
    denied: 0,
    errors: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
  };
}

function add(row: CountRow, point: Point): void {
  row.requests += point.requests;
  row.errors += point.errors;
  row.denied += point.denied;
  row.succeeded += point.requests - point.errors - point.denied;
  row.inputTokens += point.input_tokens;
  row.outputTokens += point.output_tokens;
  row.costUsd += point.cost_micro_usd / 1_000_000;
}
