import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

export function Skeleton({ className, ...rest }: ComponentProps<"div">) {
  return (
    <div aria-hidden className={cn("animate-pulse rounded-md bg-secondary", className)} {...rest} />
  );
}
