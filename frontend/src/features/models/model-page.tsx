/** One model: where its tokens come from, who uses it, what is missing. */

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
import { t } from "./messages";
import { ModelActions } from "./model-actions";
import { ModelOverview } from "./model-overview";
import { type ModelDetail, modelQuery } from "./queries";

const YamlView = lazy(() => import("../manifests/yaml-view"));
const route = getRouteApi("/app/models/$namespace/$name");

export function ModelPage() {
  const place = route.useParams();
  const { data: model, error, refetch } = useQuery(modelQuery(place));
  if (model === undefined) {
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
      <PageHeader title={model.name} actions={<ModelActions model={model} />}>
        <ConditionBadge standing={model} />
      </PageHeader>
      <EditorHint />
      <ModelTabs model={model} />
    </Page>
  );
}

function ModelTabs({ model }: { model: ModelDetail }) {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Tabs
      value={tab ?? "overview"}
      onValueChange={(next) => {
        void navigate({ search: { tab: next === "yaml" ? next : undefined }, replace: true });
      }}
    >
      <TabsList aria-label={model.name}>
        <TabsTrigger value="overview">{t.tabs.overview}</TabsTrigger>
        <TabsTrigger value="yaml">{t.tabs.yaml}</TabsTrigger>
      </TabsList>
      <TabsContent value="overview">
        <ModelOverview model={model} />
      </TabsContent>
      <TabsContent value="yaml">
        <Suspense fallback={<ListSkeleton rows={6} />}>
          <YamlView manifest={asObject(model.manifest)} action={<EditYaml model={model} />} />
        </Suspense>
      </TabsContent>
    </Tabs>
  );
}

function EditYaml({ model: { namespace, name } }: { model: ModelDetail }) {
  if (!useMay("editor")) return null;
  return (
    <Button asChild size="sm" variant="outline">
      <Link
        to="/models/$namespace/$name/edit"
        params={{ namespace, name }}
        search={{ view: "yaml" }}
      >
        <Pencil aria-hidden />
        {shared.editYaml}
      </Link>
    </Button>
  );
}
