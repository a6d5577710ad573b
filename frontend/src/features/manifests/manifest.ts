/** A manifest as plain JSON, read and changed by path. Nothing here changes its argument. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export type Path = readonly (string | number)[];

export const API_VERSION = "quarterdeck.dev/v1alpha1";

/** `spec.runtime.env[0].name` as its parts. */
export function parsePath(path: string): Path {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((part) =>
    part[2] === undefined ? (part[1] ?? "") : Number(part[2]),
  );
}

/** The parts of a path as the server writes it. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path, or undefined where there is none. */
export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((inner, part) => childOf(inner, part), value);
}

function childOf(value: Json | undefined, part: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof part === "number" ? value[part] : undefined;
  if (isObject(value) && Object.hasOwn(value, part)) return value[part];
  return undefined;
}

/** `manifest` with `value` at `path`. undefined removes the field, and parents left empty by it. */
export function withValue(manifest: JsonObject, path: Path, value: Json | undefined): JsonObject {
  const changed = put(manifest, path, value);
  return isObject(changed) ? changed : {};
}

function put(holder: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const inner = put(childOf(holder, part), rest, value);
  return typeof part === "number" ? putItem(holder, part, inner) : putField(holder, part, inner);
}

function putItem(holder: Json | undefined, at: number, inner: Json | undefined): Json | undefined {
  const items = Array.isArray(holder) ? [...holder] : [];
  if (inner === undefined) items.splice(at, 1);
  else items[at] = inner;
  return items.length > 0 ? items : undefined;
}

function putField(
  holder: Json | undefined,
  key: string,
  inner: Json | undefined,
): Json | undefined {
  const fields = isObject(holder) ? { ...holder } : {};
  if (inner === undefined) delete fields[key];
  else fields[key] = inner;
  return Object.keys(fields).length > 0 ? fields : undefined;
}

/** Same content; the order of fields does not count. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => same(item, right[at]));
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]))
    );
  }
  return left === right;
}

/** The part of a stored manifest that a person writes: no status, nothing the server keeps. */
export function editable(stored: JsonObject): JsonObject {
  const metadata = isObject(stored.metadata) ? stored.metadata : {};
  const kept = ["name", "namespace", "labels", "annotations"].flatMap((key) => {
    const value = metadata[key];
    return value === undefined || (isObject(value) && Object.keys(value).length === 0)
      ? []
      : [[key, value] as const];
  });
  return {
    apiVersion: stored.apiVersion ?? API_VERSION,
    kind: stored.kind ?? "",
    metadata: Object.fromEntries(kept),
    spec: stored.spec ?? {},
  };
}

/**
 * What an edit began with. Every write makes a new version, those of the status too; the generation
 * counts changes of the spec alone, and beside it the server forgives a status that moved on.
 */
export interface Revision {
  readonly resourceVersion: string;
  readonly generation: number | undefined;
}

/** The revision of a stored manifest; undefined for one that has none. */
export function revisionOf(stored: JsonObject): Revision | undefined {
  const resourceVersion = textAt(stored, ["metadata", "resourceVersion"]);
  const generation = valueAt(stored, ["metadata", "generation"]);
  if (resourceVersion === "") return undefined;
  return { resourceVersion, generation: typeof generation === "number" ? generation : undefined };
}

/** What is sent: with a revision the server refuses to overwrite a newer manifest. */
export function withRevision(manifest: JsonObject, revision: Revision | undefined): JsonObject {
  if (revision === undefined) return manifest;
  const { resourceVersion, generation } = revision;
  const named = withValue(manifest, ["metadata", "resourceVersion"], resourceVersion);
  return withValue(named, ["metadata", "generation"], generation);
}

/** The text at a path; empty where it is absent or no text. */
export function textAt(value: Json | undefined, path: Path): string {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : "";
}
