/** What the page of keys asks the gateway. A key itself never enters a cache: it goes to `reveal`. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, send } from "@/lib/api";
import type { KeyChanges } from "./edit-key";
import type { NewKeyBody } from "./new-key";

export type Key = Schemas["KeyView"];

/** A key that may be shown now, once. */
export interface Revealed {
  name: string;
  secret: string;
}

export type Reveal = (revealed: Revealed) => void;

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: async ({ signal }) => (await send(api.GET("/api/v1/keys", { signal }))).items,
});

export function keyName(key: Pick<Key, "namespace" | "name">): string {
  return `${key.namespace}/${key.name}`;
}

/** Makes a key. The mutation's result, which is cached, is the view without the key. */
export function useCreateKey(reveal: Reveal) {
  return useChange(async (body: NewKeyBody) =>
    withoutSecret(await send(api.POST("/api/v1/keys", { body })), reveal),
  );
}

export interface WantedEdit {
  key: Key;
  changes: KeyChanges;
  /** Also a key that something else manages. */
  force: boolean;
}

export function useEditKey() {
  return useChange(({ key, changes, force }: WantedEdit) =>
    send(
      api.PATCH("/api/v1/keys/{namespace}/{name}", {
        params: { path: pathOf(key), query: { force } },
        body: changes,
      }),
    ),
  );
}

export interface WantedRotation {
  key: Key;
  overlapSeconds: number | undefined;
}

/** Rotates a key; `reveal` is not called where the operator puts the new key into a Secret. */
export function useRotateKey(reveal: Reveal) {
  return useChange(async ({ key, overlapSeconds }: WantedRotation) => {
    const call = api.POST("/api/v1/keys/{namespace}/{name}/rotate", {
      params: { path: pathOf(key) },
      body: overlapSeconds === undefined ? {} : { overlap_seconds: overlapSeconds },
    });
    return withoutSecret(await send(call), reveal);
  });
}

export function useRevokeKey() {
  return useChange((key: Key) =>
    send(
      api.POST("/api/v1/keys/{namespace}/{name}/revoke", { params: { path: pathOf(key) } }),
    ).then(() => undefined),
  );
}

export function useDeleteKey() {
  return useChange((key: Key) =>
    send(api.DELETE("/api/v1/keys/{namespace}/{name}", { params: { path: pathOf(key) } })).then(
      () => undefined,
    ),
  );
}

function useChange<Wanted, Result>(mutationFn: (wanted: Wanted) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
}

function withoutSecret(shown: Schemas["ShownKey"], reveal: Reveal): Key {
  if (shown.secret) reveal({ name: keyName(shown.key), secret: shown.secret });
  return shown.key;
}

function pathOf({ namespace, name }: Key) {
  return { namespace, name };
}
