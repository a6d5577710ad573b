import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/class-names";
import { t } from "@/messages/common";
import { overlayLook } from "./dialog";

export const Sheet = Primitive.Root;
export const SheetTrigger = Primitive.Trigger;
export const SheetClose = Primitive.Close;

const SIDES = {
  left: "left-0 border-r data-[state=closed]:slide-out-to-left data-[state=open]:slide-in-from-left",
  right:
    "right-0 border-l data-[state=closed]:slide-out-to-right data-[state=open]:slide-in-from-right",
};

export type SheetContentProps = ComponentProps<typeof Primitive.Content> & {
  title: string;
  side?: keyof typeof SIDES;
};

export function SheetContent({
  title,
  side = "left",
  className,
  children,
  ...rest
}: SheetContentProps) {
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={overlayLook} />
      <Primitive.Content
        aria-describedby={undefined}
        className={cn(
          "fixed inset-y-0 z-50 flex w-[min(20rem,calc(100%-3rem))] flex-col bg-popover shadow-lg data-[state=closed]:animate-out data-[state=open]:animate-in",
          SIDES[side],
          className,
        )}
        {...rest}
      >
        <div className="flex h-14 shrink-0 items-center justify-between border-b px-4">
          <Primitive.Title className="font-semibold">{title}</Primitive.Title>
          <Primitive.Close
            aria-label={t.close}
            className="rounded-sm p-1 text-muted-foreground hover:text-foreground"
          >
            <X aria-hidden className="size-4" />
          </Primitive.Close>
        </div>
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  );
}
