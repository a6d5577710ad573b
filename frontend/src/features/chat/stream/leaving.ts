/** Browsers end every request when a page is left, which looks like a lost connection. */

/** So long after the page was to be left it is there again: somebody was asked, and stayed. */
const STAYED_MS = 2000;

export interface Leaving {
  /** Whether the page is being left right now. */
  now: () => boolean;
  end: () => void;
}

/** Watches for it until `end`. */
export function watchLeaving(clock: () => number = () => performance.now()): Leaving {
  let since = Number.NEGATIVE_INFINITY;
  const note = () => {
    since = clock();
  };
  window.addEventListener("beforeunload", note);
  return {
    now: () => clock() - since < STAYED_MS,
    end: () => window.removeEventListener("beforeunload", note),
  };
}
