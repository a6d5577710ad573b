import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Agent, agentsQuery } from "@/lib/agents";

const LAST_AGENT = "quarterdeck.agent";

/** The agent of a new chat: the one asked for, else the last one used, else one that is ready. */
export function preferredAgent(
  agents: readonly Agent[],
  asked: string | undefined,
  last: string | null,
): string | undefined {
  if (asked) return asked;
  const known = agents.find((agent) => agent.model === last && agent.ready);
  return (known ?? agents.find((agent) => agent.ready) ?? agents[0])?.model;
}

export function useAgentChoice(asked: string | undefined) {
  const { data } = useQuery(agentsQuery);
  const [chosen, setChosen] = useState<string>();
  const agents = data?.items;
  const last = localStorage.getItem(LAST_AGENT);
  return {
    agent: chosen ?? preferredAgent(agents ?? [], asked, last),
    /** Undefined until it is known. */
    none: agents === undefined ? undefined : agents.length === 0,
    choose: (agent: string) => {
      localStorage.setItem(LAST_AGENT, agent);
      setChosen(agent);
    },
  };
}
