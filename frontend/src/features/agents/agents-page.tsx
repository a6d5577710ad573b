/** All agents with how they stand. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ResourceListPage } from "../manifests/resource-list-page";
import { AgentFilters } from "./agent-filters";
import { AgentTable } from "./agent-table";
import { matches } from "./filters";
import { agentsQuery } from "./queries";
import { AGENTS } from "./resource";

const route = getRouteApi("/app/agents");

export function AgentsPage() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <ResourceListPage
      of={AGENTS}
      query={useQuery(agentsQuery)}
      matches={(agent) => matches(agent, filters)}
      onClear={() => void navigate({ search: {}, replace: true })}
      filters={(agents) => (
        <AgentFilters
          agents={agents}
          filters={filters}
          onChange={(change) =>
            void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
          }
        />
      )}
      table={(agents) => <AgentTable agents={agents} />}
    />
  );
}
