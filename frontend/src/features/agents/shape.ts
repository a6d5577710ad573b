/** The choices of an Agent that decide which other fields it may have. */

import { isObject, type Json, type JsonObject, valueAt } from "../manifests/manifest";

/** Who runs it: our worker, an image that somebody brings, or an address elsewhere. */
export type Place = "worker" | "image" | "endpoint";

export type InstructionsFrom = "text" | "config-map";

export type Sizing = "fixed" | "scaling";

const NOT_BESIDE_ENDPOINT = [
  "instructions",
  "instructionsFrom",
  "modelFallbacks",
  "limits",
  "replicas",
  "scaling",
];

export function placeOf(spec: Json | undefined): Place {
  if (valueAt(spec, ["runtime", "endpoint"]) !== undefined) return "endpoint";
  return valueAt(spec, ["runtime", "image"]) === undefined ? "worker" : "image";
}

/** `spec` moved to another place. `stash` is the spec as it was before it went to an endpoint, so
 * that going back and forth loses nothing. */
export function withPlace(spec: JsonObject, place: Place, stash: JsonObject): JsonObject {
  const runtime = isObject(spec.runtime) ? spec.runtime : {};
  if (place === "endpoint") {
    const kept = Object.entries(spec).filter(([key]) => !NOT_BESIDE_ENDPOINT.includes(key));
    return { ...Object.fromEntries(kept), runtime: { endpoint: "" } };
  }
  const { endpoint, image, ...rest } = placeOf(spec) === "endpoint" ? runtimeOf(stash) : runtime;
  const next = { ...without(stash, spec), ...spec };
  const moved = place === "image" ? { image: image ?? "", ...rest } : rest;
  return { ...omit(next, "runtime"), ...(Object.keys(moved).length > 0 ? { runtime: moved } : {}) };
}

function runtimeOf(spec: JsonObject): JsonObject {
  return isObject(spec.runtime) ? spec.runtime : {};
}

/** Fields of `stash` that only an agent of our own has, where `spec` is one that runs elsewhere. */
function without(stash: JsonObject, spec: JsonObject): JsonObject {
  if (placeOf(spec) !== "endpoint") return {};
  return Object.fromEntries(
    Object.entries(stash).filter(([key]) => NOT_BESIDE_ENDPOINT.includes(key)),
  );
}

export function instructionsOf(spec: Json | undefined): InstructionsFrom {
  return valueAt(spec, ["instructionsFrom"]) === undefined ? "text" : "config-map";
}

export function withInstructions(spec: JsonObject, from: InstructionsFrom): JsonObject {
  const { instructions, instructionsFrom, ...rest } = spec;
  if (from === "text") return { ...rest, instructions: instructions ?? "" };
  return { ...rest, instructionsFrom: instructionsFrom ?? { name: "", key: "instructions" } };
}

export function sizingOf(spec: Json | undefined): Sizing {
  return valueAt(spec, ["scaling"]) === undefined ? "fixed" : "scaling";
}

/** Fixed and automatic numbers of workers exclude each other; one begins where the other was. */
export function withSizing(spec: JsonObject, sizing: Sizing): JsonObject {
  const { replicas, scaling, ...rest } = spec;
  if (sizing === "scaling") {
    const min = typeof replicas === "number" && replicas > 0 ? replicas : 1;
    return { ...rest, scaling: scaling ?? { min, max: Math.max(min, 3) } };
  }
  const min = valueAt(scaling, ["min"]);
  return { ...rest, replicas: replicas ?? (typeof min === "number" ? min : 1) };
}

function omit(fields: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}
