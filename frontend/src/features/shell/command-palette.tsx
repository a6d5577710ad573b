import { useNavigate } from "@tanstack/react-router";
import { MessageSquarePlus, Plus, SunMoon } from "lucide-react";
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { Dialog, DialogContent, DialogTitle } from "@/components/ui/dialog";
import { allows, useCaller } from "@/lib/session";
import { chooseTheme, THEMES } from "@/lib/theme";
import { AgentCommands } from "./agent-commands";
import { t } from "./messages";
import { MENU } from "./pages";

const CREATE = [
  { to: "/agents/new", label: t.palette.newAgent },
  { to: "/models/new", label: t.palette.newModel },
] as const;

export interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export default function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        aria-describedby={undefined}
        className="top-[20%] max-w-xl translate-y-0 gap-0 overflow-hidden p-0"
      >
        <DialogTitle className="sr-only">{t.palette.title}</DialogTitle>
        <Commands onDone={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  );
}

function Commands({ onDone }: { onDone: () => void }) {
  const { role } = useCaller();
  const navigate = useNavigate();
  const pages = MENU.flatMap((group) => group.pages).filter((page) => allows(role, page.role));
  function run(deed: () => unknown) {
    onDone();
    void deed();
  }
  return (
    <Command label={t.palette.title}>
      <CommandInput placeholder={t.palette.placeholder} className="pr-8" />
      <CommandList>
        <CommandEmpty>{t.palette.empty}</CommandEmpty>
        <CommandGroup heading={t.palette.pages}>
          {pages.map(({ to, label, icon: Icon }) => (
            <CommandItem key={to} onSelect={() => run(() => navigate({ to }))}>
              <Icon aria-hidden />
              {label}
            </CommandItem>
          ))}
        </CommandGroup>
        {allows(role, "user") && (
          <AgentCommands
            onChoose={(agent) => run(() => navigate({ to: "/chat", search: { agent } }))}
          />
        )}
        <CommandGroup heading={t.palette.actions}>
          <CommandItem onSelect={() => run(() => navigate({ to: "/chat" }))}>
            <MessageSquarePlus aria-hidden />
            {t.palette.newChat}
          </CommandItem>
          {allows(role, "editor") &&
            CREATE.map(({ to, label }) => (
              <CommandItem key={to} onSelect={() => run(() => navigate({ to }))}>
                <Plus aria-hidden />
                {label}
              </CommandItem>
            ))}
          {THEMES.map((theme) => (
            <CommandItem key={theme} onSelect={() => run(() => chooseTheme(theme))}>
              <SunMoon aria-hidden />
              {t.palette.toggleTheme(t.themes[theme])}
            </CommandItem>
          ))}
        </CommandGroup>
      </CommandList>
    </Command>
  );
}
