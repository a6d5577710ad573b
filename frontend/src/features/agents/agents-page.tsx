/** All agents with how they stand. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Bot, Plus, SearchX } from "lucide-react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { EditorHint } from "../manifests/editor-hint";
import { AgentFilters } from "./agent-filters";
import { AgentTable } from "./agent-table";
import { matches } from "./filters";
import { t } from "./messages";
import { agentsQuery } from "./queries";

const route = getRouteApi("/app/agents");
const FIRST_COMMAND = "quarterdeck apply -f agent.yaml";

export function AgentsPage() {
  const create = useMay("editor") ? <CreateButton /> : undefined;
  return (
    <Page>
      <PageHeader title={t.title} description={t.description} actions={create} />
      <EditorHint />
      <AgentList />
    </Page>
  );
}

function CreateButton() {
  return (
    <Button asChild>
      <Link to="/agents/new">
        <Plus aria-hidden />
        {t.create}
      </Link>
    </Button>
  );
}

function AgentList() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(agentsQuery);
  const editor = useMay("editor");
  if (error && !data) return <ErrorState title={t.loadFailed} error={error} onRetry={refetch} />;
  if (!data) return <ListSkeleton />;
  if (data.length === 0) {
    return (
      <EmptyState
        icon={Bot}
        title={t.none}
        description={t.noneText}
        command={FIRST_COMMAND}
        action={editor ? <CreateButton /> : undefined}
      />
    );
  }
  const found = data.filter((agent) => matches(agent, filters));
  return (
    <div className="space-y-4">
      <AgentFilters
        agents={data}
        filters={filters}
        onChange={(search) => navigate({ search, replace: true })}
      />
      {found.length > 0 ? (
        <AgentTable agents={found} />
      ) : (
        <EmptyState
          icon={SearchX}
          title={t.noMatch}
          description={t.noMatchText}
          action={
            <Button variant="outline" onClick={() => navigate({ search: {}, replace: true })}>
              {t.clear}
            </Button>
          }
        />
      )}
    </div>
  );
}
