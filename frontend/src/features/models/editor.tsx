/** Making and changing models. A chunk of its own: YAML and schema validation come with it. */

import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { toast } from "@/lib/toast";
import { EditorPage } from "../manifests/editor-page";
import { API_VERSION, type JsonObject } from "../manifests/manifest";
import type { Place } from "../manifests/save";
import { t } from "./messages";
import { ModelForm } from "./model-form";
import { modelApi } from "./queries";

const newRoute = getRouteApi("/app/models/new");
const editRoute = getRouteApi("/app/models/$namespace/$name/edit");

export function NewModelPage() {
  const { namespace } = newRoute.useSearch();
  const show = useShow();
  const navigate = useNavigate();
  return (
    <EditorPage
      kind="Model"
      title={t.createTitle}
      api={modelApi}
      form={<ModelForm />}
      begin={(byDefault) => newModel(namespace ?? byDefault)}
      onSaved={show}
      onCancel={() => void navigate({ to: "/models" })}
    />
  );
}

/** The required fields are there from the start, so that the schema calls them empty. */
function newModel(namespace: string): JsonObject {
  return {
    apiVersion: API_VERSION,
    kind: "Model",
    metadata: { name: "", namespace },
    spec: { provider: "", model: "" },
  };
}

export function EditModelPage() {
  const place = editRoute.useParams();
  const { view } = editRoute.useSearch();
  const show = useShow();
  const navigate = useNavigate();
  return (
    <EditorPage
      kind="Model"
      title={t.editTitle(place.name)}
      api={modelApi}
      form={<ModelForm />}
      place={place}
      view={view}
      begin={() => newModel(place.namespace)}
      onSaved={show}
      onCancel={() => void navigate({ to: "/models/$namespace/$name", params: place })}
    />
  );
}

function useShow() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (place: Place) => {
    toast.success(t.saved(place.name));
    void client.invalidateQueries({ queryKey: ["models"] });
    void navigate({ to: "/models/$namespace/$name", params: { ...place } });
  };
}
