import { useNavigate, useRouter } from "@tanstack/react-router";
import { type Dispatch, type SetStateAction, useEffect } from "react";

/** Ctrl-K (or Command-K) opens and closes the palette. */
export function usePaletteKey(setOpen: Dispatch<SetStateAction<boolean>>): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((open) => !open);
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [setOpen]);
}

/** Ctrl-Shift-O begins a new chat, from anywhere. */
export function useNewChatKey(): void {
  const navigate = useNavigate();
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const wanted = event.key.toLowerCase() === "o" && event.shiftKey;
      if (!wanted || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void navigate({ to: "/chat" });
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate]);
}

/**
 * After a change of page the focus goes to its content, so that a screen reader reads on there. A
 * page that has put the focus somewhere itself keeps it.
 */
export function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ pathChanged, fromLocation }) => {
        const main = document.getElementById("main");
        if (!pathChanged || !fromLocation || main?.contains(document.activeElement)) return;
        main?.focus({ preventScroll: true });
      }),
    [router],
  );
}
