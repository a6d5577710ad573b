import { parseMarkdownIntoBlocks } from "streamdown";
import { describe, expect, it } from "vitest";
import { incrementalBlocks } from "./incremental-blocks";

const PART = [
  "# A heading",
  "Words with **weight** and `code`,\ngoing on.",
  "- one\n- two\n\n  with a paragraph\n- three",
  "```python\ndef f():\n\n    return 1\n```",
  "| a | b |\n| - | - |\n| 1 | 2 |",
  "> quoted\n> twice",
].join("\n\n");
const TEXT = `${PART}\n\n${PART}\n\nThe end.`;

describe("incrementalBlocks", () => {
  it.each([1, 3, 17])("splits a text that grows by %i as if it had been read at once", (step) => {
    const split = incrementalBlocks(parseMarkdownIntoBlocks);
    for (let end = 0; end < TEXT.length; end += step) split(TEXT.slice(0, end));
    expect(split(TEXT)).toEqual(parseMarkdownIntoBlocks(TEXT));
  });

  it("reads only the end again", () => {
    const read: number[] = [];
    const split = incrementalBlocks((markdown) => {
      read.push(markdown.length);
      return parseMarkdownIntoBlocks(markdown);
    });
    split(TEXT);
    split(`${TEXT} More.`);
    expect(read[1]).toBeLessThan(100);
  });

  it("begins anew with another text", () => {
    const split = incrementalBlocks(parseMarkdownIntoBlocks);
    split(TEXT);
    expect(split("Something\n\nelse")).toEqual(parseMarkdownIntoBlocks("Something\n\nelse"));
  });

  it("copes with line ends that the splitter rewrites", () => {
    const text = TEXT.replaceAll("\n", "\r\n");
    const split = incrementalBlocks(parseMarkdownIntoBlocks);
    split(text.slice(0, 200));
    expect(split(text)).toEqual(parseMarkdownIntoBlocks(text));
  });
});
