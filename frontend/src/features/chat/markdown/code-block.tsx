import { Children, type ComponentProps, isValidElement, type ReactNode, useRef } from "react";
import type { ExtraProps } from "streamdown";
import { CopyButton } from "@/components/copy-button";
import { t } from "../messages";
import { isMaths, LazyFormula } from "./code";

export function CodeBlock({ children, node: _node }: ComponentProps<"pre"> & ExtraProps) {
  const code = useRef<HTMLPreElement>(null);
  const inner = innerOf(children);
  if (isMaths(inner.className)) return <LazyFormula display>{inner.children}</LazyFormula>;
  return (
    <figure className="my-3 overflow-hidden rounded-lg border bg-muted">
      <figcaption className="flex items-center justify-between border-b py-0.5 pr-1 pl-3 text-muted-foreground text-xs">
        <span className="font-mono">{languageOf(inner.className)}</span>
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
        className="overflow-x-auto p-3 font-mono text-[0.8125rem] leading-5 [&_code]:bg-transparent [&_code]:p-0 [&_code]:text-[1em]"
      >
        {children}
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

/** `class="language-sh"` is how Markdown notes it. */
function languageOf(className = ""): string {
  return /language-(\S+)/.exec(className)?.[1] ?? "";
}
