import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CloudOff } from "lucide-react";
import { Button } from "@/components/ui/button";
import { toast } from "@/lib/toast";
import {
  createConversation,
  getConversation,
  refreshConversations,
} from "../conversations/queries";
import { t } from "../messages";
import { questionsMissing, type Saving } from "./state";
import { stateOf } from "./stored";
import type { Thread } from "./thread";
import { threadsOf } from "./threads";

export interface SavingNoticeProps {
  id: string;
  thread: Thread;
  saving: Saving | undefined;
  /** An answer is coming: it is waited for. */
  running: boolean;
  /** Called with what was typed here, when the newer state that is loaded does not have it. */
  onGivenUp: (text: string) => void;
}

/** Says what of the conversation is not saved, and what can be done about it. */
export function SavingNotice({ id, thread, saving, running, onGivenUp }: SavingNoticeProps) {
  const reload = useReload(id, thread, onGivenUp);
  const keep = useKeepMine(id, thread);
  const waits = running || reload.isPending || keep.isPending;
  if (saving === undefined) return null;
  return (
    <div
      role="status"
      className="mx-auto flex w-full max-w-3xl flex-wrap items-center gap-2 px-4 pb-2 text-muted-foreground text-sm"
    >
      <CloudOff aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1 break-words">{wordsOf(saving)}</p>
      {saving.kind === "refused" && (
        <Button variant="outline" size="sm" disabled={waits} onClick={() => thread.saveAgain()}>
          {t.save.again}
        </Button>
      )}
      {saving.kind === "changed" && (
        <Button variant="outline" size="sm" disabled={waits} onClick={() => reload.mutate()}>
          {t.save.reload}
        </Button>
      )}
      {saving.kind !== "retrying" && (
        <Button variant="outline" size="sm" disabled={waits} onClick={() => keep.mutate()}>
          {t.save.keepMine}
        </Button>
      )}
    </div>
  );
}

function wordsOf(saving: Saving): string {
  if (saving.kind === "retrying") return t.save.retrying;
  if (saving.kind === "refused") return t.save.refused(saving.message);
  return `${t.save.changed} ${t.save.changedHint}`;
}

/** Shows the gateway's version. Answers that came here only are given up, questions are not. */
function useReload(id: string, thread: Thread, onGivenUp: (text: string) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => getConversation(id),
    onSuccess: async (kept) => {
      const missing = questionsMissing(thread.snapshot(), kept.messages);
      thread.load(stateOf(kept), kept.revision);
      if (missing.length > 0) onGivenUp(missing.join("\n\n"));
      await refreshConversations(queryClient, id);
    },
    onError: (error) => toast.failure(t.save.reloadFailed, error),
  });
}

/** Goes on in a conversation of its own, with all that is on the screen. */
function useKeepMine(id: string, thread: Thread) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => createConversation(thread.snapshot().agent),
    onSuccess: async ({ id: into }) => {
      threadsOf(queryClient).copy(id, into);
      await navigate({ to: "/chat/$conversation", params: { conversation: into } });
      await refreshConversations(queryClient);
    },
    onError: (error) => toast.failure(t.save.createFailed, error),
  });
}
