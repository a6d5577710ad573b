import { Children, type ComponentProps, isValidElement, type ReactNode, use, useRef } from "react";
import { type ExtraProps, StreamdownContext } from "streamdown";
import { CopyButton } from "@/components/copy-button";
import { t } from "../messages";
import { isMaths, LazyFormula } from "./code";
import { ColouredCode } from "./colours/coloured-code";
import { isClosed } from "./fences";

export function CodeBlock({ children, node }: ComponentProps<"pre"> & ExtraProps) {
  const code = useRef<HTMLPreElement>(null);
  const inner = innerOf(children);
  if (isMaths(inner.className)) return <LazyFormula display>{inner.children}</LazyFormula>;
  const language = languageOf(inner.className);
  const text = textOf(inner.children);
  // Closed ones do not listen: at the end of the answer only open ones are drawn again.
  const whole = isClosed(node?.position, text) || !use(StreamdownContext).isAnimating;
  return (
    <figure className="my-3 overflow-hidden rounded-lg border bg-muted text-foreground not-italic">
      <figcaption className="flex items-center justify-between border-b py-0.5 pr-1 pl-3 text-muted-foreground text-xs">
        <span className="font-mono">{language}</span>
        <CopyButton
          value={() => code.current?.textContent ?? ""}
          label={t.copyCode}
          className="size-7"
        />
      </figcaption>
      <pre
        ref={code}
        dir="ltr"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard
        tabIndex={0}
        className="overflow-x-auto p-3 font-mono text-[0.8125rem] leading-5"
      >
        <ColouredCode text={text} language={language} whole={whole} />
      </pre>
    </figure>
  );
}

interface Inner {
  className?: string;
  children?: ReactNode;
}

function innerOf(children: ReactNode): Inner {
  const [code] = Children.toArray(children);
  return isValidElement<Inner>(code) ? code.props : {};
}

/** Code has no elements in it. */
const textOf = (children: ReactNode): string => Children.toArray(children).join("");

/** `class="language-sh"` is how Markdown notes it. */
function languageOf(className = ""): string {
  return /language-(\S+)/.exec(className)?.[1] ?? "";
}
