import { type ReactNode, useState } from "react";
import { t } from "@/messages/common";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
} from "./ui/alert-dialog";
import { Button } from "./ui/button";
import { DialogFooter } from "./ui/dialog";
import { FormField } from "./ui/form-field";
import { Input } from "./ui/input";

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** What the button says: the deed, like "Delete". */
  confirmLabel: string;
  onConfirm: () => void;
  /** Disables the buttons while the deed is being done. */
  busy?: boolean;
  destructive?: boolean;
  /** The reader has to type this first: for what cannot be taken back. */
  typed?: string;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <AlertDialog open={props.open} onOpenChange={props.onOpenChange}>
      <AlertDialogContent>{props.open && <Question {...props} />}</AlertDialogContent>
    </AlertDialog>
  );
}

function Question({
  title,
  description,
  confirmLabel,
  onConfirm,
  busy,
  destructive = true,
  typed,
}: ConfirmDialogProps) {
  const [text, setText] = useState("");
  const blocked = busy || (typed !== undefined && text !== typed);
  return (
    <>
      <AlertDialogTitle>{title}</AlertDialogTitle>
      <AlertDialogDescription asChild>
        <div>{description}</div>
      </AlertDialogDescription>
      {typed !== undefined && (
        <FormField label={t.typeToConfirm(typed)}>
          {(control) => (
            <Input
              {...control}
              value={text}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </FormField>
      )}
      <DialogFooter>
        <AlertDialogCancel asChild>
          <Button variant="outline" disabled={busy}>
            {t.cancel}
          </Button>
        </AlertDialogCancel>
        <Button
          variant={destructive ? "destructive" : "primary"}
          disabled={blocked}
          onClick={onConfirm}
        >
          {confirmLabel}
        </Button>
      </DialogFooter>
    </>
  );
}
