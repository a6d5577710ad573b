/** What the kind's schema says of one field: its meaning, its default, what it may be. */

import { isObject, type Json, type JsonObject, type Path } from "./manifest";

export interface FieldFacts {
  readonly description: string;
  readonly default: string;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly maxLength: number | undefined;
}

/** Facts of the field at `path`; empty ones where the schema does not know it. */
export function factsOf(schema: JsonObject, path: Path): FieldFacts {
  const found = path.reduce<Json | undefined>((inner, part) => fieldOf(inner, part), schema);
  const field = isObject(found) ? found : {};
  return {
    description: typeof field.description === "string" ? field.description : "",
    default: field.default === undefined || field.default === null ? "" : String(field.default),
    minimum: numeric(field.minimum),
    maximum: numeric(field.maximum),
    maxLength: numeric(field.maxLength),
  };
}

function fieldOf(schema: Json | undefined, part: string | number): Json | undefined {
  if (!isObject(schema)) return undefined;
  if (typeof part === "number") return schema.items;
  return isObject(schema.properties) ? schema.properties[part] : undefined;
}

function numeric(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
