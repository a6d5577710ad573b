import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo } from "react";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { ChatLayout } from "./chat-layout";
import { conversationQuery } from "./conversations/queries";
import { t } from "./messages";
import { ThreadView } from "./thread/thread-view";
import { threadsOf } from "./thread/threads";

export function ChatPage() {
  const { conversation: id } = useParams({ from: "/app/chat/$conversation" });
  // A new key for each conversation: nothing of the one before may stay on the screen.
  return <Conversation key={id} id={id} />;
}

function Conversation({ id }: { id: string }) {
  const threads = threadsOf(useQueryClient());
  const { data, error, refetch } = useQuery(conversationQuery(id));
  const thread = useMemo(
    () => threads.get(id) ?? (data && threads.resume(data)),
    [threads, id, data],
  );
  useEffect(() => {
    if (data) threads.refresh(data);
  }, [threads, data]);
  useEffect(() => () => threads.closeIdle(id), [threads, id]);
  const title = data?.title || t.title;
  if (thread) {
    return <ThreadView id={id} title={title} thread={thread} unsent={threads.unsent(id)} />;
  }
  return (
    <ChatLayout title={title} picker={null}>
      <Centered>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <ListSkeleton />}
      </Centered>
    </ChatLayout>
  );
}

function Centered({ children }: { children: ReactNode }) {
  return <div className="mx-auto w-full max-w-3xl p-4">{children}</div>;
}
