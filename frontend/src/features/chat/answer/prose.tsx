import { lazy, Suspense, useRef } from "react";
import { useNear } from "@/lib/use-near";

const Markdown = lazy(() => import("../markdown/markdown"));

export interface ProseProps {
  text: string;
  running: boolean;
}

/**
 * The text of an answer as Markdown. Drawing a hundred of them at once takes seconds: those far
 * away are plain text, so that the browser finds words in them.
 */
export function Prose({ text, running }: ProseProps) {
  const place = useRef<HTMLDivElement>(null);
  const near = useNear(place, running);
  const plain = (
    <p dir="auto" className="whitespace-pre-wrap break-words">
      {text}
    </p>
  );
  return (
    <div ref={place}>
      {near ? (
        <Suspense fallback={plain}>
          <Markdown text={text} streaming={running} />
        </Suspense>
      ) : (
        plain
      )}
    </div>
  );
}
