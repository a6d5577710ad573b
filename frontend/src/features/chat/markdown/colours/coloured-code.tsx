import { memo } from "react";
import type { Kind, Token } from "./tokens";
import { useTokens } from "./use-tokens";

const COLOURS: Readonly<Record<Kind, string>> = {
  comment: "text-muted-foreground italic",
  keyword: "text-code-keyword",
  string: "text-code-string",
  number: "text-code-number",
  title: "text-code-title",
  type: "text-code-type",
  attribute: "text-code-attribute",
  added: "text-success",
  removed: "text-destructive",
};

export interface ColouredCodeProps {
  text: string;
  /** As the fence names it. */
  language: string;
  /** No more of it comes. */
  whole: boolean;
}

/** The text of code: plain at first, in colours as soon as they are known. */
export const ColouredCode = memo(function ColouredCode(props: ColouredCodeProps) {
  const { text, language, whole } = props;
  const tokens = useTokens(text, language, whole);
  return <code>{tokens ? tokens.map(part) : text}</code>;
});

function part({ text, kind }: Token, at: number) {
  if (kind === undefined) return text;
  return (
    <span key={at} className={COLOURS[kind]}>
      {text}
    </span>
  );
}
