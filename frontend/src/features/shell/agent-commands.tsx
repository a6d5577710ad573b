import { useQuery } from "@tanstack/react-query";
import { useCommandState } from "cmdk";
import { Bot } from "lucide-react";
import { CommandGroup, CommandItem } from "@/components/ui/command";
import { agentsQuery } from "@/lib/agents";
import { hasWords } from "@/lib/has-words";
import { t } from "./messages";

/** Of hundreds, those that fit into a list; the others are found by typing. */
const MOST_SHOWN = 20;

/** A command for each agent that can answer now. */
export function AgentCommands({ onChoose }: { onChoose: (agent: string) => void }) {
  const { data } = useQuery(agentsQuery);
  const search = useCommandState((state) => state.search);
  const ready = (data?.items ?? [])
    .filter((agent) => agent.ready && hasWords([agent.model, agent.description], search))
    .slice(0, MOST_SHOWN);
  if (ready.length === 0) return null;
  return (
    <CommandGroup heading={t.palette.agents}>
      {ready.map((agent) => (
        <CommandItem
          key={agent.model}
          value={`${agent.model} ${agent.description}`}
          onSelect={() => onChoose(agent.model)}
        >
          <Bot aria-hidden />
          <span className="truncate">{agent.model}</span>
        </CommandItem>
      ))}
    </CommandGroup>
  );
}
