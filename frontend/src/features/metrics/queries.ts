/** What the page of metrics asks the gateway. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, send } from "@/lib/api";
import { type Range, refreshEvery, windowOf } from "./ranges";

export interface Whose {
  namespace?: string | undefined;
  agent?: string | undefined;
}

/** Of all agents, of those of a namespace, or of one. The window moves with each refresh. */
export function metricsQuery(range: Range, { namespace, agent }: Whose) {
  return queryOptions({
    queryKey: ["metrics", range, namespace ?? "", agent ?? ""],
    queryFn: ({ signal }) =>
      send(
        api.GET("/api/v1/metrics", {
          params: { query: { ...windowOf(range, Date.now()), namespace, agent } },
          signal,
        }),
      ),
    refetchInterval: refreshEvery(range),
    placeholderData: keepPreviousData,
  });
}

/** Names to choose from. */
export const agentNamesQuery = queryOptions({
  queryKey: ["metrics", "agent-names"],
  queryFn: async ({ signal }) => {
    const { items } = await send(api.GET("/api/v1/agents", { signal }));
    return items.map(({ namespace, name }) => nameOf({ namespace, agent: name })).sort();
  },
});

/** `default/demo`, or what of it is said. */
export function nameOf({ namespace, agent }: Whose): string {
  return [namespace, agent].filter(Boolean).join("/");
}
