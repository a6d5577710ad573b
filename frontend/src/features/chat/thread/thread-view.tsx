import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState, useSyncExternalStore } from "react";
import { toast } from "@/lib/toast";
import { AgentPicker } from "../agent-picker";
import { Announcer } from "../answer/announcer";
import { ChatLayout } from "../chat-layout";
import { Composer } from "../composer";
import { changeConversation, refreshConversations } from "../conversations/queries";
import { t } from "../messages";
import type { Unsent } from "../unsent";
import { MessageList } from "./message-list";
import { SavingNotice } from "./saving-notice";
import { lastAnswer, lastQuestionAt, runs } from "./state";
import type { Thread } from "./thread";
import { useStopKey } from "./use-stop-key";

export interface ThreadViewProps {
  id: string;
  title: string;
  thread: Thread;
  unsent: Unsent;
}

export function ThreadView({ id, title, thread, unsent }: ThreadViewProps) {
  const state = useSyncExternalStore(thread.subscribe, thread.snapshot);
  const [editing, setEditing] = useState<number>();
  const running = runs(state);
  const stop = useCallback(() => thread.stop(), [thread]);
  const giveBack = useCallback(
    (text: string) => {
      unsent.giveBack(text);
      setEditing(undefined);
    },
    [unsent],
  );
  useStopKey(running, stop);
  const changeAgent = useChangeAgent(id, thread);

  function editLast() {
    const position = lastQuestionAt(state);
    if (position >= 0 && !running) setEditing(position);
  }
  return (
    <ChatLayout
      title={title}
      picker={<AgentPicker value={state.agent} onChange={changeAgent} disabled={running} />}
    >
      <MessageList
        thread={thread}
        state={state}
        running={running}
        editing={editing}
        onEdit={setEditing}
        onLost={giveBack}
      />
      <Announcer answer={lastAnswer(state)} />
      <SavingNotice
        id={id}
        thread={thread}
        saving={state.saving}
        running={running}
        onGivenUp={(text) => unsent.giveBack(text)}
      />
      <Composer
        agent={state.agent}
        running={running}
        unsent={unsent}
        focusKey={editing === undefined ? id : undefined}
        onSend={(text) => void thread.send(text)}
        onStop={stop}
        onEditLast={editLast}
      />
    </ChatLayout>
  );
}

/** The next answers come from another agent; the gateway notes it. */
function useChangeAgent(id: string, thread: Thread) {
  const queryClient = useQueryClient();
  return async (agent: string) => {
    const before = thread.snapshot().agent;
    thread.use(agent);
    try {
      await changeConversation(id, { agent });
      await refreshConversations(queryClient, id);
    } catch (error) {
      // Another one may have been chosen since.
      if (thread.snapshot().agent === agent) thread.use(before);
      toast.failure(t.agent.changeFailed, error);
    }
  };
}
