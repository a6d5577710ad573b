import { useQuery } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { CommandGroup, CommandItem } from "@/components/ui/command";
import { agentsQuery } from "@/lib/agents";
import { t } from "./messages";

/** A command for each agent that can answer now. */
export function AgentCommands({ onChoose }: { onChoose: (agent: string) => void }) {
  const { data } = useQuery(agentsQuery);
  const ready = data?.items.filter((agent) => agent.ready) ?? [];
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
