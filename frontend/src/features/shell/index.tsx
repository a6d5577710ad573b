import { Outlet } from "@tanstack/react-router";
import { Menu, Search } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";
import { useSessionEnd } from "@/lib/session";
import { AccountMenu } from "./account-menu";
import { Brand } from "./brand";
import { ConnectionNotice } from "./connection-notice";
import { useFocusOnNavigation, useNewChatKey, usePaletteKey } from "./keyboard";
import { t } from "./messages";
import { Navigation } from "./navigation";

const SignInAgain = lazy(() => import("@/features/sign-in/sign-in-again"));
const CommandPalette = lazy(() => import("./command-palette"));

/** The frame around every page of somebody who is signed in. */
export function AppShell() {
  const [palette, setPalette] = useState(false);
  const end = useSessionEnd();
  usePaletteKey(setPalette);
  useNewChatKey();
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
      {end && (
        <Suspense>
          <SignInAgain why={end} />
        </Suspense>
      )}
      {palette && (
        <Suspense>
          <CommandPalette open={palette} onOpenChange={setPalette} />
        </Suspense>
      )}
    </div>
  );
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
