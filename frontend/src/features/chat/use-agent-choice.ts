import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Agent, agentsQuery } from "@/lib/agents";
import type { Unsent } from "./unsent";

const LAST_AGENT = "quarterdeck.agent";

/** The next new chat begins with this one. */
export const rememberAgent = (agent: string): void => localStorage.setItem(LAST_AGENT, agent);

/** The agent of a new chat that nobody has asked for: the last one used, else one that is ready. */
export function preferredAgent(agents: readonly Agent[], last: string | null): string | undefined {
  const known = agents.find((agent) => agent.model === last && agent.ready);
  return (known ?? agents.find((agent) => agent.ready) ?? agents[0])?.model;
}

export interface Choice {
  agent: string | undefined;
  /** What the address asked for when it was made. */
  asked: string | undefined;
}

/**
 * The choice stays whatever becomes of the agents: it must not change under what is being typed.
 * Only an address that asks for another one changes it.
 */
export function nextChoice(
  choice: Choice,
  asked: string | undefined,
  agents: readonly Agent[],
  last: string | null,
): Choice {
  if (asked !== choice.asked) return { asked, agent: asked ?? choice.agent };
  if (choice.agent !== undefined) return choice;
  const agent = preferredAgent(agents, last);
  return agent === undefined ? choice : { asked, agent };
}

/** The agent that `unsent` is for. */
export function useAgentChoice(asked: string | undefined, unsent: Unsent) {
  const { data } = useQuery(agentsQuery);
  const navigate = useNavigate();
  const agents = data?.items;
  const [before, setChoice] = useState<Choice>({ asked, agent: asked ?? agentOf(unsent) });
  const choice = nextChoice(before, asked, agents ?? [], localStorage.getItem(LAST_AGENT));
  if (choice !== before) setChoice(choice);
  useEffect(() => {
    unsent.agent = choice.agent;
  }, [unsent, choice.agent]);
  return {
    agent: choice.agent,
    /** Undefined until it is known. */
    none: agents === undefined ? undefined : agents.length === 0,
    choose: (agent: string) => {
      rememberAgent(agent);
      setChoice({ asked, agent });
      // In the address too: asking for the one that it named before has to count.
      void navigate({ to: "/chat", search: { agent }, replace: true });
    },
  };
}

const agentOf = (unsent: Unsent): string | undefined =>
  unsent.text() === "" ? undefined : unsent.agent;
