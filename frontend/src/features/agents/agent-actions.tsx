/** What can be done with an agent; only chatting for those who may not change it. */

import { useMay } from "@/lib/session";
import { DeleteButton, EditButton } from "../manifests/resource-buttons";
import { ChatButton } from "./agent-links";
import { t } from "./messages";
import type { AgentDetail } from "./queries";
import { AGENTS } from "./resource";
import { SuspendButton } from "./suspend-button";

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
