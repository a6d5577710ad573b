/** Knows whether the fence of code is closed: by the parser's word, in lists and quotes as well. */
import type { ExtraProps } from "streamdown";

/** Where the parser found the code, from its opening fence to its end. */
type Position = NonNullable<ExtraProps["node"]>["position"];

const LINE_ENDS = /\r\n?|\n/g;

/**
 * Whether `code` ends with a fence, and not only because there is no more text. That fence is one
 * line more than the code has; an empty line after the code also is, but ends left of the code.
 */
export function isClosed(position: Position, code: string): boolean {
  if (position === undefined) return false;
  const { start, end } = position;
  const lines = code.match(LINE_ENDS)?.length ?? 0;
  return end.line - start.line === lines + 1 && end.column > start.column;
}
