/**
 * Stands in for the package `react-remove-scroll`, which Radix' dialogs and menus use: that one
 * writes a <style> element, and the content security policy refuses those. Here the property is set
 * on the body itself.
 */
import { Slot } from "radix-ui";
import { type ReactNode, useEffect } from "react";

let held = 0;

function hold(): () => void {
  held += 1;
  document.body.style.overflow = "hidden";
  return () => {
    held -= 1;
    if (held === 0) document.body.style.removeProperty("overflow");
  };
}

export interface RemoveScrollProps {
  enabled?: boolean;
  children: ReactNode;
}

/** Keeps the page behind from scrolling while it is mounted. */
export function RemoveScroll({ enabled = true, children }: RemoveScrollProps) {
  useEffect(() => (enabled ? hold() : undefined), [enabled]);
  return <Slot.Root>{children}</Slot.Root>;
}
