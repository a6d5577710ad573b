import { useRef } from "react";
import { ReloadButton } from "@/components/part-failed";
import { Button } from "@/components/ui/button";
import { lazyPart } from "@/lib/lazy-part";
import { useNear } from "@/lib/use-near";
import { t } from "../messages";

const Markdown = lazyPart(() => import("../markdown/markdown"));

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
        <Markdown
          text={text}
          streaming={running}
          fallback={plain}
          failed={({ retry }) => (
            <>
              {plain}
              <Unformatted onRetry={retry} />
            </>
          )}
        />
      ) : (
        plain
      )}
    </div>
  );
}

/** The answer can be read all the same: a quiet word is enough. */
function Unformatted({ onRetry }: { onRetry: () => void }) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-2 pt-2 text-muted-foreground text-xs"
    >
      <span>{t.plain}</span>
      <Button variant="outline" size="sm" onClick={onRetry}>
        {t.formatAgain}
      </Button>
      <ReloadButton />
    </div>
  );
}
