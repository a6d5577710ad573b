import { Outlet } from "@tanstack/react-router";
import { Menu, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { PartFailed } from "@/components/part-failed";
import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";
import { lazyPart, type PartFailure, useAhead } from "@/lib/lazy-part";
import { useSessionEnd } from "@/lib/session";
import { toast } from "@/lib/toast";
import { AccountMenu } from "./account-menu";
import { Brand } from "./brand";
import { ConnectionNotice } from "./connection-notice";
import { useFocusOnNavigation, useNewChatKey, usePaletteKey } from "./keyboard";
import { t } from "./messages";
import { Navigation } from "./navigation";

const SignInAgain = lazyPart(() => import("@/features/sign-in/sign-in-again"));
const CommandPalette = lazyPart(() => import("./command-palette"));

/** The frame around every page of somebody who is signed in. */
export function AppShell() {
  const [palette, setPalette] = useState(false);
  const end = useSessionEnd();
  usePaletteKey(setPalette);
  useNewChatKey();
  useAhead(SignInAgain);
  useFocusOnNavigation();
  return (
    <div className="flex h-dvh flex-col lg:flex-row">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-primary px-4 py-2 text-primary-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t.skip}
      </a>
      <aside className="hidden w-60 shrink-0 flex-col border-r bg-sidebar lg:flex">
        <div className="flex h-14 shrink-0 items-center px-5">
          <Brand />
        </div>
        <div className="px-3 pb-1">
          <SearchButton onOpen={() => setPalette(true)} />
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto">
          <Navigation />
        </div>
        <div className="border-t p-2">
          <AccountMenu />
        </div>
      </aside>
      <TopBar onSearch={() => setPalette(true)} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <ConnectionNotice />
        <main id="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
          <Outlet />
        </main>
      </div>
      {end && <SignInAgain why={end} failed={(failure) => <NoSignIn failure={failure} />} />}
      {palette && (
        <CommandPalette
          open={palette}
          onOpenChange={setPalette}
          failed={({ error }) => <NoPalette error={error} onClose={() => setPalette(false)} />}
        />
      )}
    </div>
  );
}

/** Above the page, which stays with all that was typed there. */
function NoSignIn({ failure }: { failure: PartFailure }) {
  return (
    <div className="fixed inset-x-0 bottom-0 z-50 border-t bg-background p-4">
      <PartFailed title={t.noSignIn} failure={failure} />
    </div>
  );
}

/** It is closed again: the next time it is opened it is fetched anew. */
function NoPalette({ error, onClose }: { error: PartFailure["error"]; onClose: () => void }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each failure
  useEffect(() => {
    toast.failure(t.palette.failed, error);
    onClose();
  }, [error]);
  return null;
}

function SearchButton({ onOpen }: { onOpen: () => void }) {
  return (
    <Button
      variant="outline"
      size="sm"
      aria-keyshortcuts="Control+K"
      className="w-full justify-between font-normal text-muted-foreground"
      onClick={onOpen}
    >
      <span className="flex items-center gap-2">
        <Search aria-hidden />
        {t.palette.openShort}
      </span>
      <kbd aria-hidden className="font-sans text-xs">
        Ctrl K
      </kbd>
    </Button>
  );
}

/** In place of the sidebar on narrow screens. */
function TopBar({ onSearch }: { onSearch: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <header className="flex h-13 shrink-0 items-center gap-1 border-b bg-sidebar px-2 lg:hidden">
      <Sheet open={open} onOpenChange={setOpen}>
        <SheetTrigger asChild>
          <Button variant="ghost" size="icon" aria-label={t.menu}>
            <Menu aria-hidden />
          </Button>
        </SheetTrigger>
        <SheetContent title={t.menuTitle}>
          <div className="overflow-y-auto">
            <Navigation onFollow={() => setOpen(false)} />
          </div>
        </SheetContent>
      </Sheet>
      <Brand />
      <span className="flex-1" />
      <Button variant="ghost" size="icon" aria-label={t.palette.open} onClick={onSearch}>
        <Search aria-hidden />
      </Button>
      <AccountMenu />
    </header>
  );
}
