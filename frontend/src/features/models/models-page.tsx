/** All models, and who uses them. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { SearchField } from "@/components/search-field";
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
        <SearchField className="max-w-sm" label={t.search} value={search} onSearch={look} />
      )}
      table={(models) => <ModelTable models={models} />}
    />
  );
}

function isLike({ namespace, name, provider, model, reason }: Model, search: string): boolean {
  return hasWords([namespace, name, provider, model, reason], search);
}
