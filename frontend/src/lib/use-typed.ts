import { useCallback, useEffect, useRef, useState } from "react";

const REST_MS = 250;

/**
 * The text of a field that is kept elsewhere, as in the address, which takes its time. What is typed
 * shows at once; it is kept once it rests, if it is `usable`. What somebody else puts there is shown
 * instead; what this field put there comes back, and is no news.
 */
export function useTyped(
  kept: string,
  keep: (text: string) => void,
  usable: (text: string) => boolean = () => true,
) {
  const [text, setText] = useState(kept);
  const latest = useRef({ text, kept, keep, usable });
  latest.current = { text, kept, keep, usable };
  const onTheWay = useRef<readonly string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const stop = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
  }, []);
  const rest = () => {
    const now = latest.current;
    const said = onTheWay.current.at(-1) ?? now.kept;
    if (now.text === said || !now.usable(now.text)) return;
    onTheWay.current = [...onTheWay.current, now.text];
    now.keep(now.text);
  };
  const type = (typed: string) => {
    stop();
    setText(typed);
    timer.current = setTimeout(rest, REST_MS);
  };
  /** Drops what was typed and not kept. */
  const reset = () => {
    stop();
    setText(onTheWay.current.at(-1) ?? kept);
  };

  useEffect(() => {
    const at = onTheWay.current.indexOf(kept);
    onTheWay.current = at < 0 ? [] : onTheWay.current.slice(at + 1);
    if (at >= 0) return;
    stop();
    setText(kept);
  }, [kept, stop]);
  useEffect(() => stop, [stop]);

  return { text, type, reset };
}
