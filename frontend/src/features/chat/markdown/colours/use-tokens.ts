import { createContext, startTransition, useContext, useEffect, useState } from "react";
import { Colourist } from "./colourist";
import { languageNamed } from "./languages";
import type { Token } from "./tokens";

/** Characters; beyond that there would be too many elements to draw. */
const MOST_CHARACTERS = 20_000;

/** Milliseconds. What still changes is not worth the work. */
const SETTLED_MS = 100;

const inWorker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

/** One for the whole page; the worker starts with the first code of a language that is known. */
export const ColouristContext = createContext(new Colourist(inWorker));

/**
 * The tokens of code in the language of this name; undefined until they are known, and when there
 * are none: the language is unknown, the code very long or not `whole` yet.
 */
export function useTokens(
  text: string,
  name: string,
  whole: boolean,
): readonly Token[] | undefined {
  const colourist = useContext(ColouristContext);
  const [known, setKnown] = useState<{ text: string; tokens: readonly Token[] }>();
  const language = languageNamed(name);
  useEffect(() => {
    if (!whole || language === undefined || text.length > MOST_CHARACTERS) return;
    let takeBack: (() => void) | undefined;
    const timer = setTimeout(() => {
      takeBack = colourist.order({ text, language }, (tokens) =>
        startTransition(() => setKnown({ text, tokens })),
      );
    }, SETTLED_MS);
    return () => {
      clearTimeout(timer);
      takeBack?.();
    };
  }, [colourist, text, language, whole]);
  return known?.text === text ? known.tokens : undefined;
}
