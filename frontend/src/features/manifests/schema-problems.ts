/**
 * The kind's schema, applied to a draft while it is written. The validator interprets the schema:
 * one that compiles to code would need `unsafe-eval`. Rules over several fields are the server's.
 */

import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { formatPath, type Json, type JsonObject, valueAt } from "./manifest";
import { t } from "./messages";
import type { Problem } from "./problems";

export type Judge = (manifest: JsonObject) => readonly Problem[];

const SUMMARIES = new Set([
  "properties",
  "items",
  "additionalProperties",
  "$ref",
  "allOf",
  "anyOf",
]);

/** A judge of manifests of one kind. `schema` is the answer of `/api/v1/schemas/{kind}`. */
export function judgeFor(schema: JsonObject): Judge {
  const validator = new Validator(schema as Schema, "2020-12", false);
  return (manifest) =>
    unique(validator.validate(manifest).errors.flatMap((unit) => read(unit, manifest, schema)));
}

function read(unit: OutputUnit, manifest: JsonObject, schema: JsonObject): Problem[] {
  const path = pathOf(unit.instanceLocation);
  if (unit.keyword === "required") {
    const field = /"([^"]+)"/.exec(unit.error)?.[1] ?? "";
    return [problem(formatPath([...path, field]), t.wrong.required)];
  }
  if (unit.keyword === "false") return [problem(formatPath(path), t.wrong.unknown)];
  if (SUMMARIES.has(unit.keyword)) return [];
  const bound = valueAt(schema, pathOf(unit.keywordLocation));
  return [problem(formatPath(path), message(unit, bound, valueAt(manifest, path)))];
}

function problem(path: string, text: string): Problem {
  return { path, message: text, source: "schema" };
}

const FILLED = new Set(["minLength", "pattern", "enum"]);

function message(unit: OutputUnit, bound: Json | undefined, value: Json | undefined): string {
  if (value === "" && FILLED.has(unit.keyword)) return t.wrong.blank;
  switch (unit.keyword) {
    case "minimum":
      return t.wrong.minimum(String(bound));
    case "exclusiveMinimum":
      return t.wrong.exclusiveMinimum(String(bound));
    case "const":
      return t.wrong.const(String(bound));
    case "maximum":
      return t.wrong.maximum(String(bound));
    case "minLength":
      return t.wrong.minLength(String(bound));
    case "maxLength":
      return t.wrong.maxLength(String(bound));
    case "enum":
      return t.wrong.enum(texts(bound));
    case "type":
      return t.wrong.type(texts(bound));
    case "pattern":
      return patternMessage(String(bound));
    default:
      return unit.error;
  }
}

function texts(bound: Json | undefined): readonly string[] {
  if (bound === undefined) return [];
  return Array.isArray(bound) ? bound.map(String) : [String(bound)];
}

function patternMessage(pattern: string): string {
  if (pattern.startsWith("^https?:")) return t.wrong.address;
  if (pattern.startsWith("^[a-z0-9](")) return t.wrong.name;
  return t.wrong.pattern(pattern);
}

/** The parts of a JSON pointer; digits are places in a list. */
function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path, message: text }) => {
    const key = `${path}\n${text}`;
    return !seen.has(key) && seen.add(key);
  });
}
