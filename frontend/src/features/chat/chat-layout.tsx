import { Link } from "@tanstack/react-router";
import { PanelLeft, SquarePen } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";
import { t as common } from "@/messages/common";
import { ConversationList } from "./conversations/conversation-list";
import { t } from "./messages";

export interface ChatLayoutProps {
  title: string;
  /** The agent picker. */
  picker: ReactNode;
  children: ReactNode;
}

/** Conversations on the left (in a sheet on narrow screens), the chat beside them. */
export function ChatLayout({ title, picker, children }: ChatLayoutProps) {
  return (
    <div className="flex h-full min-h-0">
      <title>{`${title} · ${common.product}`}</title>
      <aside
        aria-label={t.list.title}
        className="hidden w-64 shrink-0 flex-col border-r bg-sidebar/60 xl:flex"
      >
        <ConversationList />
      </aside>
      <section className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-13 shrink-0 items-center gap-2 border-b px-2 sm:px-4">
          <ConversationSheet />
          <h1 className="min-w-0 flex-1 truncate font-semibold">{title}</h1>
          {picker}
          <Button asChild variant="outline" size="sm" aria-keyshortcuts="Control+Shift+O">
            <Link to="/chat" aria-label={t.newChat} title={`${t.newChat} (Ctrl Shift O)`}>
              <SquarePen aria-hidden />
              <span className="hidden sm:inline">{t.newChat}</span>
            </Link>
          </Button>
        </header>
        {children}
      </section>
    </div>
  );
}

function ConversationSheet() {
  const [open, setOpen] = useState(false);
  return (
    <Sheet open={open} onOpenChange={setOpen}>
      <SheetTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t.list.open} className="xl:hidden">
          <PanelLeft aria-hidden />
        </Button>
      </SheetTrigger>
      <SheetContent title={t.list.title}>
        <ConversationList onFollow={() => setOpen(false)} />
      </SheetContent>
    </Sheet>
  );
}
