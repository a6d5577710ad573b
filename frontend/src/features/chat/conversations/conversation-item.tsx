import { Link } from "@tanstack/react-router";
import { Braces, Download, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { t } from "../messages";
import { DeleteConversation } from "./delete-conversation";
import { type Conversation, exportPath } from "./queries";
import { RenameConversation } from "./rename-conversation";

export interface ConversationItemProps {
  conversation: Conversation;
  onFollow?: (() => void) | undefined;
}

type Deed = "rename" | "delete";

export function ConversationItem({ conversation, onFollow }: ConversationItemProps) {
  const [deed, setDeed] = useState<Deed>();
  const title = conversation.title || t.list.untitled;
  const close = () => setDeed(undefined);
  return (
    <li className="group relative flex items-center">
      <Link
        to="/chat/$conversation"
        params={{ conversation: conversation.id }}
        title={title}
        className="min-w-0 flex-1 truncate rounded-md px-2 py-1.5 group-focus-within:pr-9 group-hover:pr-9 pointer-coarse:pr-9 hover:bg-accent hover:text-accent-foreground"
        activeProps={{ className: "bg-accent text-accent-foreground font-medium" }}
        onClick={onFollow}
      >
        {title}
      </Link>
      <Actions conversation={conversation} title={title} onDeed={setDeed} />
      {deed === "rename" && <RenameConversation conversation={conversation} onClose={close} />}
      {deed === "delete" && <DeleteConversation conversation={conversation} onClose={close} />}
    </li>
  );
}

interface ActionsProps {
  conversation: Conversation;
  title: string;
  onDeed: (deed: Deed) => void;
}

function Actions({ conversation: { id }, title, onDeed }: ActionsProps) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={t.list.actions(title)}
          className="absolute right-0.5 size-7 opacity-0 focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
        >
          <Ellipsis aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => onDeed("rename")}>
          <Pencil aria-hidden />
          {t.list.rename}
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <a href={exportPath(id, "markdown")} download>
            <Download aria-hidden />
            {t.list.exportMarkdown}
          </a>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <a href={exportPath(id, "json")} download>
            <Braces aria-hidden />
            {t.list.exportJson}
          </a>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => onDeed("delete")}>
          <Trash2 aria-hidden />
          {t.list.delete}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
