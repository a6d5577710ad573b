/** Agents as the gateway tells of them. What is about to change is asked for often. */

import { queryOptions } from "@tanstack/react-query";
import { agentsQuery as allAgentsQuery } from "@/lib/agents";
import { api, type Schemas, send } from "@/lib/api";
import { asObject, orNull } from "../manifests/queries";
import { type ManifestApi, onlyIfNew, type Place, type PutOptions } from "../manifests/save";

export type Agent = Schemas["AgentView"];
export type AgentDetail = Schemas["AgentDetail"];

export const FOLLOW_MS = 2_000;
export const REFRESH_MS = 15_000;

/** Whether the agent is on its way: ready is wanted, and not there. */
export function isBecoming(agent: Pick<Agent, "ready" | "suspended">): boolean {
  return !agent.ready && !agent.suspended;
}

/** The list that the shell and the chat keep, too: one entry of the cache, of one shape. */
export const agentsQuery = queryOptions({
  queryKey: allAgentsQuery.queryKey,
  queryFn: () => send(api.GET("/api/v1/agents")),
  select: ({ items }) => items,
  refetchInterval: ({ state }) => (state.data?.items.some(isBecoming) ? FOLLOW_MS : REFRESH_MS),
});

const at = (place: Place) => ({ path: { namespace: place.namespace, name: place.name } });

export const agentQuery = (place: Place) =>
  queryOptions({
    queryKey: ["agents", place.namespace, place.name],
    queryFn: (): Promise<AgentDetail> =>
      send(api.GET("/api/v1/agents/{namespace}/{name}", { params: at(place) })),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isBecoming(state.data) ? FOLLOW_MS : REFRESH_MS,
  });

export const agentEventsQuery = (place: Place) =>
  queryOptions({
    queryKey: ["agents", place.namespace, place.name, "events"],
    queryFn: async () =>
      (await send(api.GET("/api/v1/agents/{namespace}/{name}/events", { params: at(place) })))
        .items,
    refetchInterval: FOLLOW_MS * 2,
  });

export function putAgent(
  place: Place,
  manifest: object,
  { onlyNew, ...query }: PutOptions = {},
): Promise<AgentDetail> {
  // The gateway judges it: what a person wrote is not yet an Agent.
  const body = manifest as Schemas["AgentManifest"];
  const params = { ...at(place), query, header: onlyIfNew(onlyNew) };
  return send(api.PUT("/api/v1/agents/{namespace}/{name}", { params, body }));
}

export function deleteAgent(place: Place, force: boolean): Promise<unknown> {
  const params = { ...at(place), query: { force } };
  return send(api.DELETE("/api/v1/agents/{namespace}/{name}", { params }));
}

export const agentApi: ManifestApi = {
  read: async (place) => {
    const found = await orNull(
      send(api.GET("/api/v1/agents/{namespace}/{name}", { params: at(place) })),
    );
    return found && asObject(found.manifest);
  },
  put: async (place, manifest, options) =>
    asObject((await putAgent(place, manifest, options)).manifest),
};
