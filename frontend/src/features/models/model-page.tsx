/** One model: where its tokens come from, who uses it, what is missing. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ResourcePage } from "../manifests/resource-page";
import { t } from "./messages";
import { ModelActions } from "./model-actions";
import { ModelOverview } from "./model-overview";
import { modelQuery } from "./queries";
import { MODELS } from "./resource";

const route = getRouteApi("/app/models/$namespace/$name");

export function ModelPage() {
  const place = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <ResourcePage
      of={MODELS}
      place={place}
      query={useQuery(modelQuery(place))}
      actions={(model) => <ModelActions model={model} />}
      tabs={(model) => [
        { value: "overview", label: t.tabs.overview, content: <ModelOverview model={model} /> },
      ]}
      tab={tab}
      onTab={(next) => {
        void navigate({ search: { tab: next === "yaml" ? next : undefined }, replace: true });
      }}
    />
  );
}
