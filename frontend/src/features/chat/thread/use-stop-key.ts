import { useEffect } from "react";

/** Escape stops the answer, unless it closed a menu or a dialog. */
export function useStopKey(running: boolean, stop: () => void): void {
  useEffect(() => {
    if (!running) return;
    function onKey(event: KeyboardEvent) {
      if (event.key === "Escape" && !event.defaultPrevented) stop();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [running, stop]);
}
