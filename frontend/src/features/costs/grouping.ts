/** From the gateway's cost report to bars. Pure. Money stays micro-USD until it is shown. */

export const GROUPS = ["agent", "model", "key", "team", "day"] as const;
export type Group = (typeof GROUPS)[number];

export const COST_RANGES = ["today", "7d", "30d", "90d", "month", "custom"] as const;
export type CostRange = (typeof COST_RANGES)[number];

export interface Sums {
  calls: number;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  cost_micro_usd: number;
}

export interface Row extends Sums {
  namespace?: string | null;
  agent?: string | null;
  model?: string | null;
  key?: string | null;
  team?: string | null;
  day?: string | null;
}

export interface Bar {
  name: string;
  costUsd: number;
  calls: number;
}

const MOST_BARS = 12;
const DAY_MS = 24 * 3600 * 1000;
const NAME_IN_NAMESPACE = new Set<Group>(["agent", "model"]);

/** What a row is called; empty for chats that had none, like those of no team. */
export function nameOf(row: Row, by: Group): string {
  const name = row[by] ?? "";
  return name && NAME_IN_NAMESPACE.has(by) && row.namespace ? `${row.namespace}/${name}` : name;
}

/** Rows as the table shows them: days in order, everything else dearest first. */
export function ordered(rows: Row[], by: Group): Row[] {
  if (by === "day") return [...rows].sort((a, b) => (a.day ?? "").localeCompare(b.day ?? ""));
  return [...rows].sort((a, b) => b.cost_micro_usd - a.cost_micro_usd || b.calls - a.calls);
}

/** Bars: all days, or the dearest groups and one for `rest` of them; `none` names the nameless. */
export function bars(rows: Row[], by: Group, none: string, rest: string): Bar[] {
  const all = ordered(rows, by).map((row) => bar(nameOf(row, by) || none, [row]));
  if (by === "day" || all.length <= MOST_BARS) return all;
  const others = ordered(rows, by).slice(MOST_BARS - 1);
  return [...all.slice(0, MOST_BARS - 1), bar(rest, others)];
}

/** The dates, first and last included, that a range means on the day of `now`; all UTC. */
export function dates(range: Exclude<CostRange, "custom">, now: number) {
  const to = date(now);
  const back = { today: 0, "7d": 6, "30d": 29, "90d": 89 };
  if (range === "month") return { from: `${to.slice(0, 7)}-01`, to };
  return { from: date(now - back[range] * DAY_MS), to };
}

/** Share of the total in percent; 0 where nothing was spent. */
export function shareOf(row: Sums, total: Sums): number {
  return total.cost_micro_usd > 0 ? (row.cost_micro_usd / total.cost_micro_usd) * 100 : 0;
}

function bar(name: string, rows: Row[]): Bar {
  const micro = rows.reduce((sum, row) => sum + row.cost_micro_usd, 0);
  return { name, costUsd: micro / 1_000_000, calls: rows.reduce((sum, row) => sum + row.calls, 0) };
}

function date(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
