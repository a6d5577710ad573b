/** The pages on which a resource of any kind is made and changed, and where they lead. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { toast } from "@/lib/toast";
import type { View } from "./draft";
import { EditorPage } from "./editor-page";
import { API_VERSION, type JsonObject } from "./manifest";
import { t } from "./messages";
import { ADDRESSES, type Resource } from "./resource";
import type { Place } from "./save";

interface NewResourcePageProps {
  readonly of: Resource;
  readonly form: ReactNode;
  /** What the address asks to begin with. */
  readonly begin: Partial<Place>;
  /** The required fields are there from the start, so that the schema calls them empty. */
  readonly spec: JsonObject;
}

export function NewResourcePage({ of, form, begin, spec }: NewResourcePageProps) {
  const show = useShow(of);
  const navigate = useNavigate();
  return (
    <EditorPage
      kind={of.kind}
      title={of.words.createTitle}
      api={of.api}
      form={form}
      begin={(byDefault) => manifestOf(of, { namespace: byDefault, name: "", ...begin }, spec)}
      onSaved={show}
      onCancel={() => void navigate({ to: ADDRESSES[of.kind].list })}
    />
  );
}

interface EditResourcePageProps {
  readonly of: Resource;
  readonly form: ReactNode;
  readonly place: Place;
  readonly view: View | undefined;
  /** What it begins with when it was deleted meanwhile. */
  readonly spec: JsonObject;
}

export function EditResourcePage({ of, form, place, view, spec }: EditResourcePageProps) {
  const show = useShow(of);
  const navigate = useNavigate();
  return (
    <EditorPage
      kind={of.kind}
      title={of.words.editTitle(place.name)}
      api={of.api}
      form={form}
      place={place}
      view={view}
      begin={() => manifestOf(of, { ...place, name: "" }, spec)}
      onSaved={show}
      onCancel={() => void navigate({ to: ADDRESSES[of.kind].page, params: place })}
    />
  );
}

function manifestOf({ kind }: Resource, { namespace, name }: Place, spec: JsonObject): JsonObject {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec };
}

/** Leads to the page that follows the resource until it is ready. */
function useShow({ kind }: Resource) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return ({ namespace, name }: Place) => {
    toast.success(t.saved(name));
    void client.invalidateQueries({ queryKey: [ADDRESSES[kind].cache] });
    void navigate({ to: ADDRESSES[kind].page, params: { namespace, name } });
  };
}
