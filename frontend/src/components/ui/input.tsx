import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";

export const fieldLook =
  "w-full rounded-md border border-input bg-card px-3 text-sm shadow-xs transition-colors placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-destructive focus-visible:outline-2 focus-visible:outline-offset-0";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cn(fieldLook, "h-9", className)} {...rest} />;
}
