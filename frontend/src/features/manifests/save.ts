/** Sends a draft to the gateway, and says what became of it in words that the page can act on. */

import { ApiError } from "@/lib/api-error";
import type { Draft } from "./draft";
import { type JsonObject, textAt, withRevision } from "./manifest";
import { t } from "./messages";
import { type Problem, serverProblems } from "./problems";

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** The gateway's endpoints of one kind. */
export interface ManifestApi {
  /** The stored manifest; null where there is none. */
  readonly read: (place: Place) => Promise<JsonObject | null>;
  /** Stores the manifest, or only judges it; gives it as stored. Throws ApiError. */
  readonly put: (place: Place, manifest: JsonObject, options: PutOptions) => Promise<JsonObject>;
}

export interface PutOptions {
  readonly dry_run?: boolean;
  readonly force?: boolean;
  /** Refuse with 412 what would replace something. */
  readonly onlyNew?: boolean;
}

export type Outcome =
  | { readonly kind: "saved"; readonly place: Place; readonly manifest: JsonObject }
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  /** Somebody else stored another version; null where they deleted it. */
  | { readonly kind: "changed"; readonly stored: JsonObject | null }
  | { readonly kind: "managed"; readonly message: string };

export interface SaveRequest {
  readonly draft: Draft;
  /** Where it is stored; undefined for a new one, which goes where its metadata says. */
  readonly place: Place | undefined;
  readonly defaultNamespace: string;
  readonly onlyCheck: boolean;
  readonly force: boolean;
}

/** Has the gateway judge the draft, then store it. Throws ApiError for what no draft can mend. */
export async function save(api: ManifestApi, request: SaveRequest): Promise<Outcome> {
  const place = request.place ?? placeOf(request.draft.manifest, request.defaultNamespace);
  const manifest = withRevision(request.draft.manifest, request.draft.revision);
  try {
    const options = { force: request.force, onlyNew: request.place === undefined };
    await api.put(place, manifest, { ...options, dry_run: true });
    if (request.onlyCheck) return { kind: "accepted" };
    const stored = await api.put(place, manifest, options);
    return { kind: "saved", place, manifest: stored };
  } catch (error) {
    return explain(api, place, ApiError.of(error));
  }
}

/** The header by which the gateway stores only what is new. */
export function onlyIfNew(wanted = false) {
  return wanted ? ({ "if-none-match": "*" } as const) : {};
}

function placeOf(manifest: JsonObject, defaultNamespace: string): Place {
  return {
    namespace: textAt(manifest, ["metadata", "namespace"]) || defaultNamespace,
    name: textAt(manifest, ["metadata", "name"]),
  };
}

function taken(): Outcome {
  const problem = { path: "metadata.name", message: t.exists, source: "server" } as const;
  return { kind: "refused", problems: [problem] };
}

/** Why nothing was stored: somebody was faster, or something else looks after the object. */
export function conflictOf(error: ApiError): "changed" | "managed" | undefined {
  if (error.status !== 409) return undefined;
  return error.param === "metadata.resourceVersion" ? "changed" : "managed";
}

async function explain(api: ManifestApi, place: Place, error: ApiError): Promise<Outcome> {
  const conflict = conflictOf(error);
  if (conflict === "changed") return { kind: "changed", stored: await api.read(place) };
  if (conflict === "managed") return { kind: "managed", message: error.message };
  if (error.status === 412) return taken();
  if (error.status === 400 || error.status === 422) {
    return { kind: "refused", problems: serverProblems(error.message, error.param) };
  }
  throw error;
}
