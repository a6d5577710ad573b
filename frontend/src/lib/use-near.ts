import { type RefObject, useEffect, useState } from "react";

/** Pixels around what can be seen; scrolling comes upon nothing unfinished. */
const AROUND = "1500px 0px";

/** Whether the element has come near the part that can be seen; true from then on. */
export function useNear(place: RefObject<Element | null>, atFirst: boolean): boolean {
  const [near, setNear] = useState(atFirst);
  useEffect(() => {
    const element = place.current;
    if (near || element === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { root: element.closest("section"), rootMargin: AROUND },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [place, near]);
  return near;
}
