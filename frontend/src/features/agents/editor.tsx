/** Making and changing agents. A chunk of its own: YAML and schema validation come with it. */

import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { toast } from "@/lib/toast";
import { EditorPage } from "../manifests/editor-page";
import { API_VERSION, type JsonObject } from "../manifests/manifest";
import type { Place } from "../manifests/save";
import { AgentForm } from "./agent-form";
import { t } from "./messages";
import { agentApi } from "./queries";

const newRoute = getRouteApi("/app/agents/new");
const editRoute = getRouteApi("/app/agents/$namespace/$name/edit");

export function NewAgentPage() {
  const { namespace, model } = newRoute.useSearch();
  const show = useShow();
  const navigate = useNavigate();
  return (
    <EditorPage
      kind="Agent"
      title={t.createTitle}
      api={agentApi}
      form={<AgentForm />}
      begin={(byDefault) => newAgent(namespace ?? byDefault, model ?? "")}
      onSaved={show}
      onCancel={() => void navigate({ to: "/agents" })}
    />
  );
}

/** The required fields are there from the start, so that the schema calls them empty. */
function newAgent(namespace: string, model: string): JsonObject {
  return {
    apiVersion: API_VERSION,
    kind: "Agent",
    metadata: { name: "", namespace },
    spec: { model, instructions: "" },
  };
}

export function EditAgentPage() {
  const place = editRoute.useParams();
  const { view } = editRoute.useSearch();
  const show = useShow();
  const navigate = useNavigate();
  return (
    <EditorPage
      kind="Agent"
      title={t.editTitle(place.name)}
      api={agentApi}
      form={<AgentForm />}
      place={place}
      view={view}
      begin={() => newAgent(place.namespace, "")}
      onSaved={show}
      onCancel={() => void navigate({ to: "/agents/$namespace/$name", params: place })}
    />
  );
}

/** Leads to the page that follows the agent until it is ready. */
function useShow() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (place: Place) => {
    toast.success(t.saved(place.name));
    void client.invalidateQueries({ queryKey: ["agents"] });
    void navigate({ to: "/agents/$namespace/$name", params: { ...place } });
  };
}
