/** Deletes a resource after its name was typed; what is managed elsewhere only when asked twice. */

import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { ApiError } from "@/lib/api-error";
import { toast } from "@/lib/toast";
import { t } from "./messages";

interface DeleteDialogProps {
  readonly name: string;
  readonly title: string;
  readonly text: ReactNode;
  readonly label: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly remove: (force: boolean) => Promise<unknown>;
  readonly onDeleted: () => void;
}

export function DeleteDialog({ name, title, text, label, remove, ...dialog }: DeleteDialogProps) {
  const [managed, setManaged] = useState<string | null>(null);
  const mutation = useMutation({
    mutationFn: () => remove(managed !== null),
    onSuccess: () => {
      dialog.onOpenChange(false);
      dialog.onDeleted();
    },
    onError: (error) => {
      const failed = ApiError.of(error);
      if (failed.status === 409) setManaged(failed.message);
      else toast.failure(t.deleteFailed, error);
    },
  });
  const change = (open: boolean) => {
    setManaged(null);
    dialog.onOpenChange(open);
  };
  return (
    <ConfirmDialog
      open={dialog.open}
      onOpenChange={change}
      title={title}
      description={
        <>
          {text}
          {managed && (
            <p role="alert" className="mt-2 text-destructive">
              {managed} {t.forceHint}
            </p>
          )}
        </>
      }
      typed={name}
      confirmLabel={managed === null ? label : t.deleteAnyway}
      busy={mutation.isPending}
      onConfirm={() => mutation.mutate()}
    />
  );
}
