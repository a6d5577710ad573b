import { useQuery } from "@tanstack/react-query";
import { Bot, Check, ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import {
  Command,
  CommandEmpty,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { type Agent, agentsQuery } from "@/lib/agents";
import { cn } from "@/lib/class-names";
import { hasWords } from "@/lib/has-words";
import { t } from "./messages";

export interface AgentPickerProps {
  /** The agent as `model` of a chat: `name` or `namespace/name`. */
  value: string | undefined;
  onChange: (agent: string) => void;
  disabled?: boolean;
}

/** Of hundreds, those that fit into a list; the others are found by typing. */
const MOST_SHOWN = 50;

export function AgentPicker({ value, onChange, disabled }: AgentPickerProps) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const { data } = useQuery(agentsQuery);
  const agents = data?.items ?? [];
  const found = agents.filter((agent) => hasWords([agent.model, agent.description], search));
  const chosen = agents.find((agent) => agent.model === value);
  function toggle(next: boolean) {
    setOpen(next);
    setSearch("");
  }
  function choose(agent: string) {
    toggle(false);
    onChange(agent);
  }
  return (
    <Popover open={open} onOpenChange={toggle}>
      <PopoverTrigger asChild>
        <Button
          variant="outline"
          size="sm"
          role="combobox"
          aria-expanded={open}
          aria-label={`${t.agent.label}: ${value ?? t.agent.choose}`}
          disabled={disabled}
          className="min-w-0 max-w-32 shrink justify-between sm:max-w-64"
        >
          {chosen ? <Dot agent={chosen} /> : <Bot aria-hidden />}
          <span className="truncate">{value ?? t.agent.choose}</span>
          <ChevronsUpDown aria-hidden className="text-muted-foreground" />
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-[min(24rem,calc(100vw-1rem))] p-0">
        <Command label={t.agent.label} defaultValue={value} shouldFilter={false}>
          <CommandInput
            placeholder={t.agent.search}
            aria-label={t.agent.search}
            value={search}
            onValueChange={setSearch}
          />
          <CommandList>
            <CommandEmpty>{t.agent.none}</CommandEmpty>
            {found.slice(0, MOST_SHOWN).map((agent) => (
              <CommandItem
                key={agent.model}
                value={agent.model}
                onSelect={() => choose(agent.model)}
              >
                <AgentLine agent={agent} />
                <Check
                  aria-hidden
                  className={cn("ml-auto", agent.model !== value && "invisible")}
                />
              </CommandItem>
            ))}
          </CommandList>
          {found.length > MOST_SHOWN && (
            <p role="status" className="border-t px-3 py-2 text-muted-foreground text-xs">
              {t.agent.more(found.length - MOST_SHOWN)}
            </p>
          )}
        </Command>
      </PopoverContent>
    </Popover>
  );
}

function AgentLine({ agent }: { agent: Agent }) {
  const why = agent.suspended ? t.agent.suspended : `${agent.reason}: ${agent.message}`;
  return (
    <span className="flex min-w-0 items-start gap-2.5">
      <span className="pt-1.5">
        <Dot agent={agent} />
      </span>
      <span className="min-w-0">
        <span className="block truncate font-medium">{agent.model}</span>
        <span className="line-clamp-2 break-words text-muted-foreground text-xs">
          {agent.ready ? agent.description : why}
        </span>
      </span>
    </span>
  );
}

function Dot({ agent }: { agent: Agent }) {
  const tone = agent.ready ? "bg-success" : agent.suspended ? "bg-input" : "bg-warning";
  return <span aria-hidden className={cn("block size-2 shrink-0 rounded-full", tone)} />;
}
