/** Splits a text that grows into its Markdown blocks without reading all of it at each step. */

type Split = (markdown: string) => string[];

/** So many blocks at the end may still change: a list goes on, a fence closes, a heading underlines. */
const UNSETTLED = 2;

/**
 * `split`, but remembering: as long as the text only grows, the blocks before the last two stay,
 * and only the rest is split again. For one text at a time.
 */
export function incrementalBlocks(split: Split): Split {
  let text = "";
  let blocks: string[] = [];
  return (markdown) => {
    if (markdown === text) return blocks;
    const settled = markdown.startsWith(text) ? blocks.slice(0, -UNSETTLED) : [];
    const kept = settled.join("");
    // A split that rewrites the text (line ends) cannot be continued.
    const goesOn = markdown.startsWith(kept);
    blocks = goesOn ? [...settled, ...split(markdown.slice(kept.length))] : split(markdown);
    text = markdown;
    return blocks;
  };
}
