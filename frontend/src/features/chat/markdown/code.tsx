import type { ComponentProps, ReactNode } from "react";
import type { ExtraProps } from "streamdown";
import { lazyPart } from "@/lib/lazy-part";

/** The only reader of TeX, and large: it comes with the first formula. */
const Formula = lazyPart(() => import("./formula"));

const MATHS = "language-math";

/** Code within a line, and formulas: to Markdown they are code in the language of maths. */
export function InlineCode({ node: _node, ...rest }: ComponentProps<"code"> & ExtraProps) {
  if (isMaths(rest.className)) return <LazyFormula display={false}>{rest.children}</LazyFormula>;
  return <code className="rounded bg-muted px-1 py-0.5 font-mono text-[0.85em]" {...rest} />;
}

export function isMaths(className: string | undefined): boolean {
  return className?.split(" ").includes(MATHS) ?? false;
}

export function LazyFormula({ children, display }: { children: ReactNode; display: boolean }) {
  const tex = String(children).trim();
  const source = <code className="font-mono text-[0.85em]">{tex}</code>;
  return <Formula tex={tex} display={display} fallback={source} failed={() => source} />;
}
