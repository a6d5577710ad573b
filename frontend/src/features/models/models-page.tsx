/** All models, and who uses them. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Boxes, Plus } from "lucide-react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useMay } from "@/lib/session";
import { EditorHint } from "../manifests/editor-hint";
import { t } from "./messages";
import { ModelTable } from "./model-table";
import { type Model, modelsQuery } from "./queries";

const route = getRouteApi("/app/models");
const FIRST_COMMAND = "quarterdeck apply -f model.yaml";

export function ModelsPage() {
  const create = useMay("editor") ? <CreateButton /> : undefined;
  return (
    <Page>
      <PageHeader title={t.title} description={t.description} actions={create} />
      <EditorHint />
      <ModelList />
    </Page>
  );
}

function CreateButton() {
  return (
    <Button asChild>
      <Link to="/models/new">
        <Plus aria-hidden />
        {t.create}
      </Link>
    </Button>
  );
}

function ModelList() {
  const { search = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(modelsQuery);
  const editor = useMay("editor");
  if (error && !data) return <ErrorState title={t.loadFailed} error={error} onRetry={refetch} />;
  if (!data) return <ListSkeleton />;
  if (data.length === 0) {
    return (
      <EmptyState
        icon={Boxes}
        title={t.none}
        description={t.noneText}
        command={FIRST_COMMAND}
        action={editor ? <CreateButton /> : undefined}
      />
    );
  }
  const found = data.filter((model) => isLike(model, search));
  return (
    <div className="space-y-4">
      <Input
        type="search"
        className="max-w-sm"
        aria-label={t.search}
        placeholder={t.search}
        value={search}
        onChange={(event) =>
          navigate({ search: { search: event.target.value || undefined }, replace: true })
        }
      />
      {found.length > 0 ? (
        <ModelTable models={found} />
      ) : (
        <EmptyState icon={Boxes} title={t.noMatch} description={t.noMatchText} />
      )}
    </div>
  );
}

function isLike({ namespace, name, provider, model, reason }: Model, search: string): boolean {
  const text = [namespace, name, provider, model, reason].join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
