import { type ComponentProps, memo, useDeferredValue, useState } from "react";
import remarkMath from "remark-math";
import {
  type Components,
  defaultRehypePlugins,
  defaultRemarkPlugins,
  parseMarkdownIntoBlocks,
  Streamdown,
} from "streamdown";
import { InlineCode } from "./code";
import { CodeBlock } from "./code-block";
import { SafeImage, SafeLink, ScrollingTable, Task } from "./elements";
import { withFormulas } from "./formulas";
import { incrementalBlocks } from "./incremental-blocks";
import { usePaced } from "./use-paced";

/** Without `raw`: HTML in an answer is text. What is left is sanitised all the same. */
const REHYPE = [defaultRehypePlugins.sanitize].filter((plugin) => plugin !== undefined);

/** A single dollar is money; `withFormulas` knows the exceptions. */
const REMARK: NonNullable<ComponentProps<typeof Streamdown>["remarkPlugins"]> = [
  ...Object.values(defaultRemarkPlugins),
  [remarkMath, { singleDollarTextMath: false }],
];

const COMPONENTS: Components = {
  a: SafeLink,
  img: SafeImage,
  pre: CodeBlock,
  table: ScrollingTable,
  code: InlineCode,
  input: Task,
};

export interface MarkdownProps {
  text: string;
  /** More text comes: open code fences and bold words are drawn as if they were closed. */
  streaming: boolean;
}

/** An answer as Markdown. Blocks that are complete are not drawn again while the next one comes. */
function Markdown({ text, streaming }: MarkdownProps) {
  const due = usePaced(text, streaming);
  // Drawing a long answer must not hold up typing or scrolling.
  const shown = useDeferredValue(due);
  // With the text it belongs to: a fence that is open at the end closes then.
  const growing = useDeferredValue(streaming || due.length < text.length);
  // Not changed at the end: every block would be drawn anew in one go.
  const [began] = useState(streaming);
  const [split] = useState(blocksWithFormulas);
  return (
    <Streamdown
      className="answer"
      dir="auto"
      mode="streaming"
      isAnimating={growing}
      parseIncompleteMarkdown={began}
      parseMarkdownIntoBlocksFn={split}
      remarkPlugins={REMARK}
      rehypePlugins={REHYPE}
      components={COMPONENTS}
      controls={false}
      lineNumbers={false}
    >
      {shown}
    </Streamdown>
  );
}

function blocksWithFormulas(): (text: string) => string[] {
  const split = incrementalBlocks(parseMarkdownIntoBlocks);
  return (text) => split(text).map(withFormulas);
}

export default memo(Markdown);
