import { useState } from "react";
import { ErrorState } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { FormField } from "@/components/ui/form-field";
import { Select } from "@/components/ui/select";
import { toast } from "@/lib/toast";
import { t as common } from "@/messages/common";
import { t } from "./messages";
import { type Key, keyName, type Reveal, useRotateKey } from "./queries";

const HOUR = 3600;
/** Seconds for which the old key works on; undefined leaves it as the ApiKey says. */
const OVERLAPS = { keep: undefined, none: 0, hour: HOUR, day: 24 * HOUR, week: 168 * HOUR };
type Overlap = keyof typeof OVERLAPS;

export interface RotateKeyDialogProps {
  /** The key to rotate; null closes the dialog. */
  target: Key | null;
  onClose: () => void;
  reveal: Reveal;
}

export function RotateKeyDialog({ target, onClose, reveal }: RotateKeyDialogProps) {
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open={target !== null}>
      <DialogContent>
        {target && <Rotation onClose={onClose} reveal={reveal} target={target} />}
      </DialogContent>
    </Dialog>
  );
}

function Rotation({ target, onClose, reveal }: RotateKeyDialogProps & { target: Key }) {
  const [overlap, setOverlap] = useState<Overlap>("keep");
  const rotate = useRotateKey(reveal);
  const submit = () =>
    rotate.mutate(
      { key: target, overlapSeconds: OVERLAPS[overlap] },
      { onSuccess: () => finished(target, onClose) },
    );
  return (
    <>
      <DialogHeader>
        <DialogTitle>{t.rotate.title(target.name)}</DialogTitle>
        <DialogDescription>{t.rotate.description}</DialogDescription>
      </DialogHeader>
      {rotate.error && <ErrorState error={rotate.error} title={t.rotate.failed} />}
      <FormField label={t.rotate.overlap}>
        {(control) => (
          <Select
            {...control}
            onChange={(event) => setOverlap(event.target.value as Overlap)}
            value={overlap}
          >
            {Object.entries(t.rotate.overlaps).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="outline">{common.cancel}</Button>
        </DialogClose>
        <Button disabled={rotate.isPending} onClick={submit}>
          {t.rotate.submit}
        </Button>
      </DialogFooter>
    </>
  );
}

function finished(target: Key, onClose: () => void): void {
  const secret = target.secret_name;
  const description = secret ? t.rotate.inSecret(secret) : undefined;
  toast.success(t.rotate.done(keyName(target)), { description });
  onClose();
}
