/** Finds out what is what in code. Takes its time: for the worker alone. */
import { createLowlight } from "lowlight";
import { GRAMMARS } from "./grammars";
import type { Code, Kind, Token } from "./tokens";

const PREFIX = "hljs-";

/** Of the classes that the grammars give; what is missing looks like what it stands in. */
const KINDS: Readonly<Record<string, Kind | undefined>> = {
  comment: "comment",
  quote: "comment",
  keyword: "keyword",
  doctag: "keyword",
  "selector-tag": "keyword",
  "template-tag": "keyword",
  string: "string",
  regexp: "string",
  number: "number",
  literal: "number",
  symbol: "number",
  bullet: "number",
  title: "title",
  section: "title",
  name: "title",
  "selector-class": "title",
  "selector-id": "title",
  built_in: "type",
  type: "type",
  attr: "attribute",
  attribute: "attribute",
  property: "attribute",
  variable: "attribute",
  "template-variable": "attribute",
  "selector-attr": "attribute",
  "selector-pseudo": "attribute",
  meta: "attribute",
  addition: "added",
  deletion: "removed",
};

/** Code within a string, which is not the string's. */
const PLAIN: ReadonlySet<string> = new Set(["subst"]);

const lowlight = createLowlight(GRAMMARS);

/** Code that a grammar fails at is one part without a colour. */
export function tokenise({ text, language }: Code): Token[] {
  try {
    return flat(lowlight.highlight(language, text, { prefix: PREFIX }).children);
  } catch {
    return [{ text }];
  }
}

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

interface Part {
  node: Node;
  /** The kind of what it stands in. */
  around: Kind | undefined;
}

/** Without recursion: code can be nested deeper than calls can. */
function flat(nodes: readonly Node[]): Token[] {
  const tokens: Token[] = [];
  const left = partsOf(nodes, undefined);
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const { node, around } = part;
    if (node.type === "text") append(tokens, node.value, around);
    if (node.type !== "element") continue;
    const kind = kindOf(node.properties.className, around);
    for (const child of partsOf(node.children, kind)) left.push(child);
  }
  return tokens;
}

/** The first one at the end, where it is taken from. */
const partsOf = (nodes: readonly Node[], around: Kind | undefined): Part[] =>
  nodes.map((node) => ({ node, around })).reverse();

/** Neighbours of one kind are one part: there are fewer elements to draw. */
function append(tokens: Token[], text: string, kind: Kind | undefined): void {
  const last = tokens.at(-1);
  if (last !== undefined && last.kind === kind) last.text += text;
  else tokens.push(kind === undefined ? { text } : { text, kind });
}

function kindOf(className: unknown, around: Kind | undefined): Kind | undefined {
  const [first = ""] = Array.isArray(className) ? className.map(String) : [];
  const name = first.replace(PREFIX, "");
  return PLAIN.has(name) ? undefined : (KINDS[name] ?? around);
}
