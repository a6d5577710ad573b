import { useId, useState } from "react";
import { CopyButton } from "@/components/copy-button";
import {
  AlertDialog,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { DialogFooter } from "@/components/ui/dialog";
import { t } from "./messages";
import type { Revealed } from "./queries";

export interface ShownKeyDialogProps {
  revealed: Revealed | null;
  /** Forgets the key: after this nothing on the page has it. */
  onStored: () => void;
}

/** Shows a key, once. It cannot be left by accident: only after saying that the key is stored. */
export function ShownKeyDialog({ revealed, onStored }: ShownKeyDialogProps) {
  return (
    <AlertDialog open={revealed !== null}>
      <AlertDialogContent onEscapeKeyDown={(event) => event.preventDefault()}>
        {revealed && <ShownKey onStored={onStored} revealed={revealed} />}
      </AlertDialogContent>
    </AlertDialog>
  );
}

function ShownKey({ revealed, onStored }: { revealed: Revealed; onStored: () => void }) {
  const [stored, setStored] = useState(false);
  const label = useId();
  return (
    <>
      <AlertDialogTitle>{t.shown.title}</AlertDialogTitle>
      <AlertDialogDescription>{t.shown.description(revealed.name)}</AlertDialogDescription>
      <div className="flex flex-col gap-1.5">
        <span className="font-medium text-sm" id={label}>
          {t.shown.key}
        </span>
        <output
          aria-labelledby={label}
          className="select-all break-all rounded-md border bg-muted px-3 py-2.5 font-mono text-sm"
        >
          {revealed.secret}
        </output>
        <CopyButton
          className="self-start"
          label={t.shown.copy}
          value={revealed.secret}
          variant="outline"
          withText
        />
      </div>
      <label className="flex items-center gap-2 text-sm">
        <input
          checked={stored}
          className="size-4 accent-primary"
          onChange={(event) => setStored(event.target.checked)}
          type="checkbox"
        />
        {t.shown.stored}
      </label>
      <DialogFooter>
        <Button disabled={!stored} onClick={onStored}>
          {t.shown.done}
        </Button>
      </DialogFooter>
    </>
  );
}
