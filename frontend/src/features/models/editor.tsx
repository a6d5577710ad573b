/** Making and changing models. A chunk of its own: YAML and schema validation come with it. */

import { getRouteApi } from "@tanstack/react-router";
import { EditResourcePage, NewResourcePage } from "../manifests/resource-editor";
import { ModelForm } from "./model-form";
import { MODELS } from "./resource";

const newRoute = getRouteApi("/app/models/new");
const editRoute = getRouteApi("/app/models/$namespace/$name/edit");
const SPEC = { provider: "", model: "" };

export function NewModelPage() {
  const begin = newRoute.useSearch();
  return <NewResourcePage of={MODELS} form={<ModelForm />} begin={begin} spec={SPEC} />;
}

export function EditModelPage() {
  const { view } = editRoute.useSearch();
  return (
    <EditResourcePage
      of={MODELS}
      form={<ModelForm />}
      place={editRoute.useParams()}
      view={view}
      spec={SPEC}
    />
  );
}
