/** The page on which a manifest is made or changed: loads what that takes, then hands it over. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { useMay } from "@/lib/session";
import type { View } from "./draft";
import { DraftProvider } from "./draft-context";
import { EditorHint } from "./editor-hint";
import { editable, type JsonObject, revisionOf } from "./manifest";
import { ManifestEditor } from "./manifest-editor";
import { type ManifestKind, namespacesQuery, schemaQuery } from "./queries";
import type { ManifestApi, Place } from "./save";

interface EditorPageProps {
  readonly kind: ManifestKind;
  readonly title: string;
  readonly api: ManifestApi;
  readonly form: ReactNode;
  /** Where it is stored; undefined for a new one. */
  readonly place?: Place;
  readonly view?: View | undefined;
  /** What a new manifest begins as. */
  readonly begin: (namespace: string) => JsonObject;
  readonly onSaved: (place: Place, manifest: JsonObject) => void;
  readonly onCancel: () => void;
}

export function EditorPage({ title, ...props }: EditorPageProps) {
  const editor = useMay("editor");
  return (
    <Page className="max-w-4xl">
      <PageHeader title={title} />
      <EditorHint />
      {editor && <Loaded {...props} />}
    </Page>
  );
}

function Loaded({ kind, api, place, begin, form, view, ...rest }: Omit<EditorPageProps, "title">) {
  const schema = useQuery(schemaQuery(kind));
  const namespaces = useQuery(namespacesQuery);
  const stored = useQuery({
    queryKey: ["manifest", kind, place?.namespace, place?.name],
    queryFn: () => (place === undefined ? null : api.read(place)),
    // A draft starts from what is stored now, and is not disturbed by what is stored later.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const failed = [schema, namespaces, stored].find((query) => query.error && !query.data);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!schema.data || !namespaces.data || stored.data === undefined) return <ListSkeleton />;
  const namespace = namespaces.data.default;
  const manifest = stored.data === null ? begin(namespace) : editable(stored.data);
  return (
    <DraftProvider
      schema={schema.data}
      manifest={manifest}
      revision={stored.data === null ? undefined : revisionOf(stored.data)}
      stored={place !== undefined}
      view={view ?? "form"}
    >
      <ManifestEditor api={api} place={place} defaultNamespace={namespace} form={form} {...rest} />
    </DraftProvider>
  );
}
