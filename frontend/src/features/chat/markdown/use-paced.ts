import { startTransition, useEffect, useState } from "react";

/** Characters: a page or two, which is drawn in a moment. */
export const STEP = 4000;

/**
 * As much of a text that grows as should be drawn next. What comes faster than it can be drawn would
 * otherwise stand there all at once in the end, and block the page for as long. A text that was whole
 * from the beginning is never held back.
 */
export function usePaced(text: string, growing: boolean): string {
  const [drawn, setDrawn] = useState(growing ? 0 : text.length);
  const next = Math.min(text.length, drawn + STEP);
  const isFar = next < drawn || next - drawn > STEP / 2;
  useEffect(() => {
    if (isFar) startTransition(() => setDrawn(next));
  }, [isFar, next]);
  return text.slice(0, next);
}
