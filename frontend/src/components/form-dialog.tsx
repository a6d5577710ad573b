/** A dialog with a form in it: a click beside it does nothing, and what was typed is not lost unasked. */
import { type ReactNode, useEffect, useState } from "react";
import { t } from "@/messages/common";
import { ConfirmDialog } from "./confirm-dialog";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "./ui/dialog";

/** The form tells by this whether it has something that would be lost. */
export type TellDirty = (dirty: boolean) => void;

export interface FormDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description: string;
  /** The form; it closes the dialog itself when it is done. */
  children: (tellDirty: TellDirty) => ReactNode;
}

export function FormDialog({ open, onClose, title, description, children }: FormDialogProps) {
  const [dirty, setDirty] = useState(false);
  const [asking, setAsking] = useState(false);
  const leave = () => {
    setAsking(false);
    setDirty(false);
    onClose();
  };
  const change = (wanted: boolean) => {
    if (wanted) return;
    if (dirty) setAsking(true);
    else leave();
  };
  return (
    <Dialog onOpenChange={change} open={open}>
      <DialogContent className="max-w-2xl" onInteractOutside={(event) => event.preventDefault()}>
        <DialogHeader>
          <DialogTitle>{title}</DialogTitle>
          <DialogDescription>{description}</DialogDescription>
        </DialogHeader>
        {children(setDirty)}
        <ConfirmDialog
          confirmLabel={t.unsaved.leave}
          description={t.unsaved.description}
          onConfirm={leave}
          onOpenChange={setAsking}
          open={asking}
          title={t.unsaved.title}
        />
      </DialogContent>
    </Dialog>
  );
}

/** What has to be seen when it appears, wherever a long form is scrolled to. */
export function InSight({ children }: { children: ReactNode }) {
  return <div ref={scrollTo}>{children}</div>;
}

function scrollTo(place: HTMLElement | null): void {
  place?.scrollIntoView?.({ block: "nearest" });
}

/** Tells the dialog for as long as the form is there. */
export function useTellDirty(tellDirty: TellDirty, dirty: boolean): void {
  useEffect(() => {
    tellDirty(dirty);
    return () => tellDirty(false);
  }, [tellDirty, dirty]);
}
