/** All models, and who uses them. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Input } from "@/components/ui/input";
import { hasWords } from "@/lib/has-words";
import { ResourceListPage } from "../manifests/resource-list-page";
import { t } from "./messages";
import { ModelTable } from "./model-table";
import { type Model, modelsQuery } from "./queries";
import { MODELS } from "./resource";

const route = getRouteApi("/app/models");

export function ModelsPage() {
  const { search = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const look = (text: string) =>
    void navigate({ search: { search: text || undefined }, replace: true });
  return (
    <ResourceListPage
      of={MODELS}
      query={useQuery(modelsQuery)}
      matches={(model) => isLike(model, search)}
      onClear={() => look("")}
      filters={() => (
        <Input
          type="search"
          className="max-w-sm"
          aria-label={t.search}
          placeholder={t.search}
          value={search}
          onChange={(event) => look(event.target.value)}
        />
      )}
      table={(models) => <ModelTable models={models} />}
    />
  );
}

function isLike({ namespace, name, provider, model, reason }: Model, search: string): boolean {
  return hasWords([namespace, name, provider, model, reason], search);
}
