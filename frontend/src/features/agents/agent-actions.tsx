/** What can be done with an agent; only chatting for those who may not change it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { toast } from "@/lib/toast";
import { withValue } from "../manifests/manifest";
import { asObject } from "../manifests/queries";
import { DeleteButton, EditButton } from "../manifests/resource-buttons";
import { ChatButton } from "./agent-links";
import { t } from "./messages";
import { type AgentDetail, agentQuery, putAgent } from "./queries";
import { AGENTS } from "./resource";

export function AgentActions({ agent }: { agent: AgentDetail }) {
  const editor = useMay("editor");
  return (
    <>
      <ChatButton agent={agent} />
      {editor && (
        <>
          <EditButton of={AGENTS} place={agent} />
          <SuspendButton agent={agent} />
          <DeleteButton of={AGENTS} place={agent} consequences={t.deleteText} />
        </>
      )}
    </>
  );
}

function SuspendButton({ agent }: { agent: AgentDetail }) {
  const client = useQueryClient();
  const suspend = !agent.suspended;
  const mutation = useMutation({
    mutationFn: () => {
      const value = suspend ? true : undefined;
      return putAgent(agent, withValue(asObject(agent.manifest), ["spec", "suspended"], value));
    },
    onSuccess: (stored) => {
      client.setQueryData(agentQuery(agent).queryKey, stored);
      void client.invalidateQueries({ queryKey: ["agents"] });
      toast.success(suspend ? t.suspended : t.resumed);
    },
    onError: (error) => toast.failure(t.suspendFailed, error),
  });
  const Icon = suspend ? Pause : Play;
  return (
    <Button variant="outline" disabled={mutation.isPending} onClick={() => mutation.mutate()}>
      <Icon aria-hidden />
      {suspend ? t.suspend : t.resume}
    </Button>
  );
}
