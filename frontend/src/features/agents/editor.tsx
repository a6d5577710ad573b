/** Making and changing agents. A chunk of its own: YAML and schema validation come with it. */

import { getRouteApi } from "@tanstack/react-router";
import { EditResourcePage, NewResourcePage } from "../manifests/resource-editor";
import { AgentForm } from "./agent-form";
import { AGENTS } from "./resource";

const newRoute = getRouteApi("/app/agents/new");
const editRoute = getRouteApi("/app/agents/$namespace/$name/edit");

export function NewAgentPage() {
  const { model = "", ...begin } = newRoute.useSearch();
  const spec = { model, instructions: "" };
  return <NewResourcePage of={AGENTS} form={<AgentForm />} begin={begin} spec={spec} />;
}

export function EditAgentPage() {
  const spec = { model: "", instructions: "" };
  const { view } = editRoute.useSearch();
  return (
    <EditResourcePage
      of={AGENTS}
      form={<AgentForm />}
      place={editRoute.useParams()}
      view={view}
      spec={spec}
    />
  );
}
