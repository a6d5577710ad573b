/** What both kinds of manifests ask the gateway for. */

import { queryOptions } from "@tanstack/react-query";
import { api, send } from "@/lib/api";
import { ApiError } from "@/lib/api-error";
import { isObject, type JsonObject } from "./manifest";

export type ManifestKind = "Agent" | "Model";

/** The schema of a kind; it changes with a new version of the product only. */
export const schemaQuery = (kind: ManifestKind) =>
  queryOptions({
    queryKey: ["schema", kind],
    queryFn: async (): Promise<JsonObject> =>
      asObject(await send(api.GET("/api/v1/schemas/{kind}", { params: { path: { kind } } }))),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const namespacesQuery = queryOptions({
  queryKey: ["namespaces"],
  queryFn: () => send(api.GET("/api/v1/namespaces")),
  staleTime: 30_000,
});

/** JSON of the gateway as plain JSON, without the types of one version of a kind. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** null for what is not there. Throws every other error. */
export async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (ApiError.of(error).status === 404) return null;
    throw error;
  }
}
