/** YAML text and manifest, both ways. Positions survive, so that a problem can name its line. */

import {
  type Document,
  isMap,
  isNode,
  isPair,
  LineCounter,
  parseAllDocuments,
  stringify,
} from "yaml";
import { isObject, type Json, type JsonObject, type Path, parsePath, same } from "./manifest";
import { t } from "./messages";
import type { Problem } from "./problems";

export interface ParsedText {
  /** undefined where the text is no manifest; `problems` then says why. */
  readonly manifest: JsonObject | undefined;
  readonly problems: readonly Problem[];
  /** Line of a path, or of its nearest parent that stands in the text. */
  readonly lineOf: (path: string) => number;
}

const TOO_MANY_ALIASES = Symbol("too many aliases");
const LAYOUT = { lineWidth: 0 } as const;

export function parseText(text: string): ParsedText {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
  const [document, second] = Array.isArray(documents) ? documents : [];
  const lineOf = (path: string): number => lineAt(document, parsePath(path), lines);
  if (document === undefined || document.contents === null) return refused(t.wrong.empty, lineOf);
  const errors = document.errors.map((error) =>
    syntax(error.message.split("\n")[0] ?? error.code, error.linePos?.[0].line ?? 1),
  );
  if (errors.length > 0) return { manifest: undefined, problems: errors, lineOf };
  if (second !== undefined) {
    const line = lines.linePos(second.range[0]).line;
    return refused(t.wrong.several, lineOf, line);
  }
  const manifest = toJson(document);
  if (manifest === TOO_MANY_ALIASES) return refused(t.wrong.aliases, lineOf);
  if (!isObject(manifest)) return refused(t.wrong.noMapping, lineOf);
  return { manifest, problems: [], lineOf };
}

/** As JSON; dates and the like become text, as they do on the way to the server. */
function toJson(document: Document): unknown {
  try {
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 })));
  } catch (error) {
    if (error instanceof ReferenceError) return TOO_MANY_ALIASES;
    throw error;
  }
}

function refused(message: string, lineOf: (path: string) => number, line = 1): ParsedText {
  return { manifest: undefined, problems: [syntax(message, line)], lineOf };
}

function syntax(message: string, line: number): Problem {
  return { path: "", message, source: "syntax", line };
}

function lineAt(document: Document | undefined, path: Path, lines: LineCounter): number {
  const offsets = path.map((_, depth) => offsetOf(document, path.slice(0, depth + 1)));
  const nearest = offsets.findLast((offset) => offset !== undefined);
  return nearest === undefined ? 1 : lines.linePos(nearest).line;
}

/** Where a field begins: at its key, or at the item of a list. */
function offsetOf(document: Document | undefined, path: Path): number | undefined {
  const parent = document?.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isNode(item.key) && String(item.key) === String(last));
    if (isPair(pair) && isNode(pair.key)) return pair.key.range?.[0];
  }
  const node = document?.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

export function toText(manifest: JsonObject): string {
  return stringify(manifest, LAYOUT);
}

/** `text` changed to say `manifest`. Comments stay, save those on what was removed or replaced. */
export function mergeIntoText(text: string, manifest: JsonObject): string {
  const documents = parseAllDocuments(text);
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document === undefined || second !== undefined || document.errors.length > 0) {
    return toText(manifest);
  }
  const before = document.contents === null ? undefined : toJson(document);
  if (!isObject(before)) return toText(manifest);
  mergeFields(document, [], before, manifest);
  const merged = document.toString(LAYOUT);
  return same(parseText(merged).manifest, manifest) ? merged : toText(manifest);
}

function mergeFields(document: Document, path: Path, before: JsonObject, after: JsonObject): void {
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) document.deleteIn([...path, key]);
  }
  for (const [key, value] of Object.entries(after)) {
    mergeValue(document, [...path, key], before[key], value);
  }
}

function mergeValue(document: Document, path: Path, before: Json | undefined, after: Json): void {
  if (same(before, after)) return;
  if (isObject(before) && isObject(after)) mergeFields(document, path, before, after);
  else document.setIn(path, document.createNode(after));
}
