import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";
import { fieldLook } from "./input";

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={cn(fieldLook, "min-h-20 py-2 leading-6", className)} {...rest} />;
}
