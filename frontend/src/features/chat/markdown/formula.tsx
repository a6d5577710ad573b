import katex from "katex";
import { useLayoutEffect, useRef } from "react";

export interface FormulaProps {
  /** TeX. */
  tex: string;
  /** On lines of its own. */
  display: boolean;
}

/**
 * A formula as MathML, which browsers draw and screen readers read. What is no TeX, or not yet,
 * stays as it was written.
 */
export default function Formula({ tex, display }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    try {
      katex.render(tex, element, { displayMode: display, output: "mathml", strict: false });
    } catch {
      element.textContent = tex;
    }
  }, [tex, display]);
  return (
    <span
      ref={place}
      className={display ? "my-3 block overflow-x-auto overflow-y-hidden py-1" : undefined}
    />
  );
}
