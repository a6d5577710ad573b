import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

/** The frame of a page that scrolls: width and distances. The chat has its own. */
export function Page({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("mx-auto w-full max-w-6xl px-4 py-6 sm:px-6", className)} {...rest} />;
}
