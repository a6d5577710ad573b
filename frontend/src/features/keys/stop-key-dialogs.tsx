import { ConfirmDialog } from "@/components/confirm-dialog";
import { toast } from "@/lib/toast";
import { t } from "./messages";
import { type Key, keyName, useDeleteKey, useRevokeKey } from "./queries";

export interface StopKeyDialogProps {
  /** The key that the question is about; null closes the dialog. */
  target: Key | null;
  onClose: () => void;
}

export function RevokeKeyDialog({ target, onClose }: StopKeyDialogProps) {
  const revoke = useRevokeKey();
  return <Question change={revoke} onClose={onClose} target={target} words={t.revoke} />;
}

export function DeleteKeyDialog({ target, onClose }: StopKeyDialogProps) {
  const remove = useDeleteKey();
  return <Question change={remove} onClose={onClose} target={target} words={t.remove} />;
}

type Words = typeof t.revoke | typeof t.remove;

interface QuestionProps extends StopKeyDialogProps {
  words: Words;
  change: ReturnType<typeof useRevokeKey>;
}

function Question({ target, onClose, words, change }: QuestionProps) {
  if (!target) return null;
  const confirm = () =>
    change.mutate(target, {
      onSuccess: () => {
        toast.success(words.done(keyName(target)));
        onClose();
      },
      onError: (error) => toast.failure(words.failed, error),
    });
  return (
    <ConfirmDialog
      busy={change.isPending}
      confirmLabel={words.submit}
      description={words.description(target.owner)}
      onConfirm={confirm}
      onOpenChange={(open) => !open && onClose()}
      open
      title={words.title(target.name)}
      typed={target.name}
    />
  );
}
