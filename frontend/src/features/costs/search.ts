/** What the page's address may say. In a file of its own: the route must not load the page. */
import { optionalOneOf, optionalText, searchOf } from "@/lib/search";
import { COST_RANGES, dates, GROUPS } from "./grouping";

const read = searchOf({
  by: optionalOneOf(GROUPS),
  range: optionalOneOf(COST_RANGES),
  namespace: optionalText,
  agent: optionalText,
  from: optionalText,
  to: optionalText,
});
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

export type CostSearch = ReturnType<typeof read>;

/** Dates only with a range of one's own, and only dates. */
export function costSearch(search: Record<string, unknown>): CostSearch {
  const { from, to, ...rest } = read(search);
  if (rest.range !== "custom") return rest;
  return { ...rest, ...(isDate(from) && { from }), ...(isDate(to) && { to }) };
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
