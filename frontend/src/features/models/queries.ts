/** Models as the gateway tells of them: references to keys, never keys. */

import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, send } from "@/lib/api";
import { asObject, orNull } from "../manifests/queries";
import { type ManifestApi, onlyIfNew, type Place } from "../manifests/save";

export type Model = Awaited<ReturnType<typeof listModels>>[number];
export type ModelDetail = Schemas["ModelDetail"];

const FOLLOW_MS = 2_000;
const REFRESH_MS = 15_000;

async function listModels() {
  return (await send(api.GET("/api/v1/models"))).items;
}

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: listModels,
  refetchInterval: ({ state }) =>
    state.data?.some((model) => !model.ready) ? FOLLOW_MS : REFRESH_MS,
});

const at = (place: Place) => ({ path: { namespace: place.namespace, name: place.name } });

export const modelQuery = (place: Place) =>
  queryOptions({
    queryKey: ["models", place.namespace, place.name],
    queryFn: (): Promise<ModelDetail> =>
      send(api.GET("/api/v1/models/{namespace}/{name}", { params: at(place) })),
    refetchInterval: ({ state }) => (state.data?.ready ? REFRESH_MS : FOLLOW_MS),
  });

export function deleteModel(place: Place, force: boolean): Promise<unknown> {
  const params = { ...at(place), query: { force } };
  return send(api.DELETE("/api/v1/models/{namespace}/{name}", { params }));
}

export const modelApi: ManifestApi = {
  read: async (place) => {
    const found = await orNull(
      send(api.GET("/api/v1/models/{namespace}/{name}", { params: at(place) })),
    );
    return found && asObject(found.manifest);
  },
  put: async (place, manifest, { onlyNew, ...query }) => {
    // The gateway judges it: what a person wrote is not yet a Model.
    const body = manifest as unknown as Schemas["ModelManifest"];
    const params = { ...at(place), query, header: onlyIfNew(onlyNew) };
    const stored = await send(api.PUT("/api/v1/models/{namespace}/{name}", { params, body }));
    return asObject(stored.manifest);
  },
};
