/** Suspends an agent or resumes it; one that is managed elsewhere only when asked twice. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import { ApiError } from "@/lib/api-error";
import { toast } from "@/lib/toast";
import { withValue } from "../manifests/manifest";
import { t as words } from "../manifests/messages";
import { asObject } from "../manifests/queries";
import { conflictOf } from "../manifests/save";
import { t } from "./messages";
import { type AgentDetail, agentQuery, putAgent } from "./queries";

export function SuspendButton({ agent }: { agent: AgentDetail }) {
  const [managed, setManaged] = useState<string | null>(null);
  const suspension = useSuspension(agent, setManaged);
  const Icon = agent.suspended ? Play : Pause;
  return (
    <>
      <Button
        variant="outline"
        disabled={suspension.isPending}
        onClick={() => suspension.mutate(false)}
      >
        <Icon aria-hidden />
        {agent.suspended ? t.resume : t.suspend}
      </Button>
      <ConfirmDialog
        open={managed !== null}
        onOpenChange={(open) => !open && setManaged(null)}
        title={words.managedTitle}
        description={`${managed} ${words.forceHint}`}
        confirmLabel={agent.suspended ? t.resumeAnyway : t.suspendAnyway}
        destructive={false}
        busy={suspension.isPending}
        onConfirm={() => suspension.mutate(true)}
      />
    </>
  );
}

/** The deed, with or without force. `tell` is told what the gateway says of who manages it. */
function useSuspension(agent: AgentDetail, tell: (managed: string | null) => void) {
  const client = useQueryClient();
  const suspend = !agent.suspended;
  const refresh = () => void client.invalidateQueries({ queryKey: ["agents"] });
  return useMutation({
    mutationFn: (force: boolean) => {
      const value = suspend ? true : undefined;
      const wanted = withValue(asObject(agent.manifest), ["spec", "suspended"], value);
      return putAgent(agent, wanted, { force });
    },
    onSuccess: (stored) => {
      tell(null);
      client.setQueryData(agentQuery(agent).queryKey, stored);
      refresh();
      toast.success(suspend ? t.suspended : t.resumed);
    },
    onError: (error) => {
      const failed = ApiError.of(error);
      if (conflictOf(failed) === "managed") return tell(failed.message);
      tell(null);
      // What somebody else changed is shown, so that asking once more is asking about that.
      refresh();
      toast.failure(t.suspendFailed, error);
    },
  });
}
