import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** So near to the end counts as being there. */
const NEAR_PX = 64;

export interface Following {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** False while the reader reads further up. */
  atEnd: boolean;
  toEnd: () => void;
}

/** Keeps the end in sight while the content grows, until the reader scrolls up. */
export function useFollowing(): Following {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    const box = scroller.current;
    following.current = true;
    setAtEnd(true);
    if (box) box.scrollTop = box.scrollHeight;
  }, []);

  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    let lastTop = box.scrollTop;
    function onScroll() {
      if (!box) return;
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      // Only a move upwards is the reader's: growing content never scrolls up.
      if (near) following.current = true;
      else if (box.scrollTop < lastTop) following.current = false;
      lastTop = box.scrollTop;
      setAtEnd(near || following.current);
    }
    const observer = new ResizeObserver(() => {
      if (following.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(box);
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", onScroll);
    };
  }, []);

  return { scroller, content, atEnd, toEnd };
}
