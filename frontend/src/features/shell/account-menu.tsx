import { useQueryClient } from "@tanstack/react-query";
import { CircleUser, LogOut, MonitorX } from "lucide-react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { signOut, useCaller } from "@/lib/session";
import { chooseTheme, THEMES, type Theme, useTheme } from "@/lib/theme";
import { toast } from "@/lib/toast";
import { t } from "./messages";

export function AccountMenu() {
  const caller = useCaller();
  const theme = useTheme();
  const leave = useSignOut();
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          aria-label={t.account(caller.name)}
          className="max-w-48 min-w-0 px-2 lg:w-full lg:max-w-full lg:justify-start"
        >
          <CircleUser aria-hidden />
          <span className="hidden truncate sm:inline">{caller.name}</span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-56">
        <DropdownMenuLabel>
          <span className="block truncate font-medium text-foreground text-sm">{caller.name}</span>
          {t.role(caller.role)}
        </DropdownMenuLabel>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>{t.theme}</DropdownMenuLabel>
        <DropdownMenuRadioGroup
          value={theme}
          onValueChange={(value) => chooseTheme(value as Theme)}
        >
          {THEMES.map((choice) => (
            <DropdownMenuRadioItem key={choice} value={choice}>
              {t.themes[choice]}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => void leave()}>
          <LogOut aria-hidden />
          {t.signOut}
        </DropdownMenuItem>
        <DropdownMenuItem title={t.signOutEverywhereHint} onSelect={() => void leave(true)}>
          <MonitorX aria-hidden />
          {t.signOutEverywhere}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** Ends the session, or all of the same key. */
function useSignOut(): (everywhere?: boolean) => Promise<void> {
  const queryClient = useQueryClient();
  return async (everywhere) => {
    try {
      await signOut(everywhere);
    } catch (error) {
      toast.failure(t.signOutFailed, error);
      return;
    }
    // Answers that still come end with the session, and leave nothing behind in the tab.
    queryClient.removeQueries({ type: "inactive" });
    // A new document: nothing of this session stays in memory.
    window.location.assign("/sign-in");
  };
}
