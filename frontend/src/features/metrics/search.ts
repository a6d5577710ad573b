/** What the page's address may say. In a file of its own: the route must not load the page. */
import { optionalOneOf, optionalText, searchOf } from "@/lib/search";
import { RANGES } from "./ranges";

export const metricsSearch = searchOf({
  range: optionalOneOf(RANGES),
  namespace: optionalText,
  agent: optionalText,
  percentile: optionalOneOf(["p50", "p95", "p99"]),
  view: optionalOneOf(["table"]),
});

export type MetricsSearch = ReturnType<typeof metricsSearch>;
