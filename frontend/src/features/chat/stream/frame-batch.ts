/** Gathers what comes many times per frame and hands it on once per frame. */

export interface FrameBatch<T> {
  add: (items: readonly T[]) => void;
  /** Hands on now what is still held. */
  flush: () => void;
}

/** A page in the background gets no frames; it is served by this timer. */
const BACKGROUND_MS = 250;

export function frameBatch<T>(handOn: (items: readonly T[]) => void): FrameBatch<T> {
  let held: T[] = [];
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush() {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
    const items = held;
    held = [];
    if (items.length > 0) handOn(items);
  }

  function add(items: readonly T[]) {
    held.push(...items);
    if (timer !== undefined) return;
    frame = requestAnimationFrame(flush);
    timer = setTimeout(flush, BACKGROUND_MS);
  }

  return { add, flush };
}
