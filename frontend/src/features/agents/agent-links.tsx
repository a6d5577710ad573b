/** Links to an agent and from it to the rest of the product. */

import { Link } from "@tanstack/react-router";
import { MessageSquare } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { t } from "./messages";
import type { Agent } from "./queries";

const LOOK = "inline-block font-medium text-primary underline-offset-4 hover:underline";

export function AgentLink({ namespace, name }: { namespace: string; name: string }) {
  return (
    <Link to="/agents/$namespace/$name" params={{ namespace, name }} className={LOOK}>
      {name}
    </Link>
  );
}

export function ModelLink({ namespace, name }: { namespace: string; name: string }) {
  return (
    <Link to="/models/$namespace/$name" params={{ namespace, name }} className={LOOK}>
      {name}
    </Link>
  );
}

interface ChatButtonProps {
  readonly agent: Pick<Agent, "model" | "name" | "suspended">;
  readonly size?: "sm" | "md";
}

/** Nothing where nobody may chat, or nobody would answer. */
export function ChatButton({ agent, size = "md" }: ChatButtonProps) {
  const may = useMay("user");
  if (!may || agent.suspended) return null;
  return (
    <Button asChild size={size} variant={size === "sm" ? "ghost" : "primary"}>
      <Link to="/chat" search={{ agent: agent.model }} aria-label={`${t.chat}: ${agent.name}`}>
        <MessageSquare aria-hidden />
        {t.chat}
      </Link>
    </Button>
  );
}
