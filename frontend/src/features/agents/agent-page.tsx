/** One agent: how it stands, what happened to it, its YAML. Follows it until it is ready. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { lazy, Suspense } from "react";
import { ConditionBadge } from "@/components/condition-badge";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { useMay } from "@/lib/session";
import { EditorHint } from "../manifests/editor-hint";
import { t as shared } from "../manifests/messages";
import { asObject } from "../manifests/queries";
import { AgentActions } from "./agent-actions";
import { AgentEvents } from "./agent-events";
import { AgentOverview } from "./agent-overview";
import { t } from "./messages";
import { type AgentDetail, agentQuery } from "./queries";

const YamlView = lazy(() => import("../manifests/yaml-view"));
const route = getRouteApi("/app/agents/$namespace/$name");

export function AgentPage() {
  const place = route.useParams();
  const { data: agent, error, refetch } = useQuery(agentQuery(place));
  if (agent === undefined) {
    return (
      <Page>
        <PageHeader title={place.name} />
        {error ? (
          <ErrorState title={t.oneFailed} error={error} onRetry={refetch} />
        ) : (
          <ListSkeleton rows={3} />
        )}
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader
        title={agent.name}
        description={agent.description}
        actions={<AgentActions agent={agent} />}
      >
        <ConditionBadge standing={agent} />
      </PageHeader>
      <EditorHint />
      <AgentTabs agent={agent} />
    </Page>
  );
}

function AgentTabs({ agent }: { agent: AgentDetail }) {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: string) => {
    const chosen = next === "events" || next === "yaml" ? next : undefined;
    void navigate({ search: { tab: chosen }, replace: true });
  };
  return (
    <Tabs value={tab ?? "overview"} onValueChange={show}>
      <TabsList aria-label={agent.name}>
        <TabsTrigger value="overview">{t.tabs.overview}</TabsTrigger>
        <TabsTrigger value="events">{t.tabs.events}</TabsTrigger>
        <TabsTrigger value="yaml">{t.tabs.yaml}</TabsTrigger>
      </TabsList>
      <TabsContent value="overview">
        <AgentOverview agent={agent} />
      </TabsContent>
      <TabsContent value="events">
        <AgentEvents namespace={agent.namespace} name={agent.name} />
      </TabsContent>
      <TabsContent value="yaml">
        <Suspense fallback={<ListSkeleton rows={6} />}>
          <YamlView manifest={asObject(agent.manifest)} action={<EditYaml agent={agent} />} />
        </Suspense>
      </TabsContent>
    </Tabs>
  );
}

function EditYaml({ agent: { namespace, name } }: { agent: AgentDetail }) {
  if (!useMay("editor")) return null;
  return (
    <Button asChild size="sm" variant="outline">
      <Link
        to="/agents/$namespace/$name/edit"
        params={{ namespace, name }}
        search={{ view: "yaml" }}
      >
        <Pencil aria-hidden />
        {shared.editYaml}
      </Link>
    </Button>
  );
}
