import { memo, useDeferredValue, useState } from "react";
import {
  type Components,
  defaultRehypePlugins,
  parseMarkdownIntoBlocks,
  Streamdown,
} from "streamdown";
import { CodeBlock } from "./code-block";
import { SafeImage, SafeLink, ScrollingTable } from "./elements";
import { incrementalBlocks } from "./incremental-blocks";

/** Without `raw`: HTML in an answer is text. What is left is sanitised all the same. */
const REHYPE = [defaultRehypePlugins.sanitize].filter((plugin) => plugin !== undefined);

const COMPONENTS: Components = {
  a: SafeLink,
  img: SafeImage,
  pre: CodeBlock,
  table: ScrollingTable,
  code: ({ node: _node, ...rest }) => (
    <code className="rounded bg-muted px-1 py-0.5 font-mono text-[0.85em]" {...rest} />
  ),
};

export interface MarkdownProps {
  text: string;
  /** More text comes: open code fences and bold words are drawn as if they were closed. */
  streaming: boolean;
}

/** An answer as Markdown. Blocks that are complete are not drawn again while the next one comes. */
function Markdown({ text, streaming }: MarkdownProps) {
  // Drawing a long answer must not hold up typing or scrolling.
  const shown = useDeferredValue(text);
  // Not changed at the end: every block would be drawn anew in one go.
  const [began] = useState(streaming);
  const [split] = useState(() => incrementalBlocks(parseMarkdownIntoBlocks));
  return (
    <Streamdown
      className="answer"
      mode="streaming"
      parseIncompleteMarkdown={began}
      parseMarkdownIntoBlocksFn={split}
      rehypePlugins={REHYPE}
      components={COMPONENTS}
      controls={false}
      lineNumbers={false}
    >
      {shown}
    </Streamdown>
  );
}

export default memo(Markdown);
