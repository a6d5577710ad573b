import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Bot, Plus } from "lucide-react";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { toast } from "@/lib/toast";
import { AgentPicker } from "./agent-picker";
import { ChatLayout } from "./chat-layout";
import { Composer } from "./composer";
import { createConversation, refreshConversations } from "./conversations/queries";
import { t } from "./messages";
import { threadsOf } from "./thread/threads";
import type { Unsent } from "./unsent";
import { rememberAgent, useAgentChoice } from "./use-agent-choice";

export function NewChatPage() {
  const { agent: asked } = useSearch({ from: "/app/chat" });
  const unsent = threadsOf(useQueryClient()).unsent();
  const { agent, none, choose } = useAgentChoice(asked, unsent);
  const begin = useBegin(unsent);
  const editor = useMay("editor");
  return (
    <ChatLayout title={t.newChat} picker={<AgentPicker value={agent} onChange={choose} />}>
      <div className="flex min-h-0 flex-1 flex-col items-center justify-center overflow-y-auto p-4 text-center">
        {none ? (
          <EmptyState
            icon={Bot}
            title={t.agent.empty}
            description={t.agent.emptyHint}
            command={t.agent.emptyCommand}
            action={editor && <CreateAgent />}
          />
        ) : (
          <>
            <img src="/favicon.svg" alt="" className="size-12" />
            <h2 className="pt-4 font-semibold text-xl tracking-tight">{t.greeting}</h2>
            <p className="max-w-sm pt-1 text-muted-foreground">{t.greetingHint}</p>
          </>
        )}
      </div>
      <Composer
        agent={agent}
        running={false}
        disabled={begin.isPending}
        focusKey={agent}
        unsent={unsent}
        onStop={() => undefined}
        onSend={(text) => agent && begin.mutate({ agent, text })}
      />
    </ChatLayout>
  );
}

function CreateAgent() {
  return (
    <Button asChild>
      <Link to="/agents/new">
        <Plus aria-hidden />
        {t.agent.create}
      </Link>
    </Button>
  );
}

/**
 * Begins a conversation with its first question, and goes to its page while the answer comes. If
 * that fails, the question is unsent again.
 */
function useBegin(unsent: Unsent) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ agent }: { agent: string; text: string }) => {
      rememberAgent(agent);
      return createConversation(agent);
    },
    onSuccess: async ({ id }, { agent, text }) => {
      void threadsOf(queryClient).begin(id, agent).send(text);
      void refreshConversations(queryClient);
      await navigate({ to: "/chat/$conversation", params: { conversation: id }, replace: true });
    },
    onError: (error, { text }) => {
      unsent.giveBack(text);
      toast.failure(t.save.createFailed, error);
    },
  });
}
