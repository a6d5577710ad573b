/** What the page's address may say. In a file of its own: the route must not load the page. */
import { optionalOneOf, optionalText, searchOf } from "@/lib/search";
import { COST_RANGES, dates, GROUPS } from "./grouping";

const read = searchOf({
  by: optionalOneOf(GROUPS),
  range: optionalOneOf(COST_RANGES),
  namespace: optionalText,
  agent: optionalText,
  model: optionalText,
  key: optionalText,
  team: optionalText,
  from: optionalText,
  to: optionalText,
});
export const FILTERS = ["namespace", "agent", "model", "key", "team"] as const;
export type Filter = (typeof FILTERS)[number];
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

export type CostSearch = ReturnType<typeof read>;

/** Dates only with a range of one's own, and only dates. */
export function costSearch(search: Record<string, unknown>): CostSearch {
  const { from, to, ...rest } = read(search);
  if (rest.range !== "custom") return rest;
  return { ...rest, ...(isDate(from) && { from }), ...(isDate(to) && { to }) };
}

/** One thing that costs are of, and the filters that go when it is removed. */
export interface Chip {
  filter: Filter;
  name: string;
  clears: readonly Filter[];
}

/** The filters as chips; a namespace goes with the agent or model that is named in it. */
export function chips(search: CostSearch): Chip[] {
  const { namespace, agent, model } = search;
  const shared = agent !== undefined && model !== undefined;
  return FILTERS.flatMap((filter): Chip[] => {
    const name = search[filter];
    if (name === undefined) return [];
    if (filter === "namespace") return agent || model ? [] : [{ filter, name, clears: [filter] }];
    if (!namespace || (filter !== "agent" && filter !== "model"))
      return [{ filter, name, clears: [filter] }];
    const clears = shared ? [filter] : [filter, "namespace" as const];
    return [{ filter, name: `${namespace}/${name}`, clears }];
  });
}

/** First and last day, both included, that are asked for on the day of `now`. */
export function daysOf(search: CostSearch, now: number): { from: string; to: string } {
  const month = dates("30d", now);
  if (search.range !== "custom") return dates(search.range ?? "30d", now);
  const to = search.to ?? month.to;
  const from = search.from ?? month.from;
  return from <= to ? { from, to } : { from: to, to: from };
}

function isDate(text: string | undefined): boolean {
  return text !== undefined && DATE.test(text) && !Number.isNaN(Date.parse(text));
}
