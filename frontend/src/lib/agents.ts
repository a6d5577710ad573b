import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, send } from "./api";

export type Agent = Schemas["AgentView"];

/** All agents that the caller may see. Their state changes by itself, so it is asked again. */
export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: () => send(api.GET("/api/v1/agents")),
  refetchInterval: 10_000,
});
