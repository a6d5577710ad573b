/** What can be done with an agent; only chatting for those who may not change it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Pause, Pencil, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { toast } from "@/lib/toast";
import { DeleteDialog } from "../manifests/delete-dialog";
import { withValue } from "../manifests/manifest";
import { asObject } from "../manifests/queries";
import { ChatButton } from "./agent-links";
import { t } from "./messages";
import { type AgentDetail, agentQuery, deleteAgent, putAgent } from "./queries";

export function AgentActions({ agent }: { agent: AgentDetail }) {
  const { namespace, name } = agent;
  const editor = useMay("editor");
  return (
    <>
      <ChatButton agent={agent} />
      {editor && (
        <>
          <Button asChild variant="outline">
            <Link to="/agents/$namespace/$name/edit" params={{ namespace, name }}>
              <Pencil aria-hidden />
              {t.edit}
            </Link>
          </Button>
          <SuspendButton agent={agent} />
          <DeleteButton agent={agent} />
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

function DeleteButton({ agent: { namespace, name } }: { agent: AgentDetail }) {
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    toast.success(t.deleted(name));
    await navigate({ to: "/agents" });
    client.removeQueries({ queryKey: ["agents", namespace, name] });
    await client.invalidateQueries({ queryKey: ["agents"] });
  };
  return (
    <>
      <Button variant="outline" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden />
        {t.delete}
      </Button>
      <DeleteDialog
        name={name}
        title={t.deleteTitle(name)}
        text={t.deleteText}
        label={t.delete}
        open={open}
        onOpenChange={setOpen}
        remove={(force) => deleteAgent({ namespace, name }, force)}
        onDeleted={() => void leave()}
      />
    </>
  );
}
