/** Formulas as models write them, told apart from prices and code. Pure. */

/**
 * Code, which stays as it is; then `$$ $$` and `\[ \]`, `\( \)`, `$ $`. No search goes beyond the
 * next beginning of its kind, so that an answer of nothing but beginnings takes no longer.
 */
const CANDIDATES =
  /(?<!`)(?<ticks>`+)(?!`)[\s\S]*?[^`]\k<ticks>(?!`)|\$\$(?<own>[^$]+?)\$\$|(?<!\\)\\\[(?<display>(?:(?!(?<!\\)\\\[)[\s\S])+?)\\\]|(?<!\\)\\\((?<inline>(?:(?!(?<!\\)\\\()[\s\S])+?)\\\)|(?<![\\$\w])\$(?=\S)(?<dollar>[^$\n]*?[^\s\\$])\$(?![\d$])/g;
const FENCE = /^\s*(?:```|~~~)/;
/** Between single dollars only this is a formula: an operator of TeX, or one letter. */
const FORMULA = /[\\^_={}<>+*/-]|^[A-Za-z]'*$/;

/** The Markdown block with every formula between `$$`, as the parser expects it. */
export function withFormulas(block: string): string {
  if (FENCE.test(block) || !/\$|\\[[(]/.test(block)) return block;
  const parts: string[] = [];
  let end = 0;
  for (const match of block.matchAll(CANDIDATES)) {
    const [whole] = match;
    parts.push(block.slice(end, match.index), rewritten(block, match.index, whole, match.groups));
    end = match.index + whole.length;
  }
  return parts.join("") + block.slice(end);
}

type Groups = Readonly<Record<string, string | undefined>>;

function rewritten(block: string, at: number, whole: string, groups: Groups = {}): string {
  const { own, display, inline, dollar } = groups;
  const large = own ?? display;
  if (large !== undefined && standsAlone(block, at, whole)) return `$$\n${large.trim()}\n$$`;
  const tex = large ?? inline ?? (dollar && FORMULA.test(dollar) ? dollar : undefined);
  return tex === undefined ? whole : `$$${tex.trim().replace(/\s+/g, " ")}$$`;
}

function standsAlone(text: string, at: number, whole: string): boolean {
  const before = text[at - 1] ?? "\n";
  const after = text[at + whole.length] ?? "\n";
  return before === "\n" && after === "\n";
}
