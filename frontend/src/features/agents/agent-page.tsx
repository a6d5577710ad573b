/** One agent: how it stands, what happened to it, its YAML. Follows it until it is ready. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ResourcePage } from "../manifests/resource-page";
import { AgentActions } from "./agent-actions";
import { AgentEvents } from "./agent-events";
import { AgentOverview } from "./agent-overview";
import { t } from "./messages";
import { agentQuery } from "./queries";
import { AGENTS } from "./resource";

const route = getRouteApi("/app/agents/$namespace/$name");

export function AgentPage() {
  const place = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <ResourcePage
      of={AGENTS}
      place={place}
      query={useQuery(agentQuery(place))}
      description={(agent) => agent.description}
      actions={(agent) => <AgentActions agent={agent} />}
      tabs={(agent) => [
        { value: "overview", label: t.tabs.overview, content: <AgentOverview agent={agent} /> },
        { value: "events", label: t.tabs.events, content: <AgentEvents {...place} /> },
      ]}
      tab={tab}
      onTab={(next) => {
        const chosen = next === "events" || next === "yaml" ? next : undefined;
        void navigate({ search: { tab: chosen }, replace: true });
      }}
    />
  );
}
