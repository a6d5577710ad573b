import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { toast } from "@/lib/toast";
import { t } from "../messages";
import { threadsOf } from "../thread/threads";
import { type Conversation, deleteConversation, refreshConversations } from "./queries";

export interface DeleteProps {
  conversation: Conversation;
  onClose: () => void;
}

export function DeleteConversation({ conversation: { id, title }, onClose }: DeleteProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { conversation: shown } = useParams({ strict: false });
  const deleting = useMutation({
    mutationFn: () => deleteConversation(id),
    onSuccess: async () => {
      onClose();
      threadsOf(queryClient).forget(id);
      if (shown === id) await navigate({ to: "/chat" });
      queryClient.removeQueries({ queryKey: ["conversation", id] });
      await refreshConversations(queryClient);
      toast.success(t.list.deleted);
    },
    onError: (error) => toast.failure(t.list.deleteFailed, error),
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t.list.deleteTitle}
      description={t.list.deleteText(title || t.list.untitled)}
      confirmLabel={t.list.delete}
      busy={deleting.isPending}
      onConfirm={() => deleting.mutate()}
    />
  );
}
