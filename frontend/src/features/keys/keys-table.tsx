import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  Clock,
  MoreHorizontal,
} from "lucide-react";
import { type Column, DataTable } from "@/components/data-table";
import { RelativeTime } from "@/components/relative-time";
import { Badge, type BadgeTone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { isAlive, isEditable, type KeyState, keyState } from "./key-state";
import { t } from "./messages";
import { type Key, keyName } from "./queries";

export type KeyAction = "edit" | "rotate" | "revoke" | "remove";
export type OnAction = (action: KeyAction, key: Key) => void;

const LOOKS: Record<KeyState, { tone: BadgeTone; icon: typeof Clock }> = {
  active: { tone: "success", icon: CircleCheck },
  expiring: { tone: "warning", icon: Clock },
  waiting: { tone: "warning", icon: CircleDashed },
  expired: { tone: "neutral", icon: CircleX },
  revoked: { tone: "danger", icon: CircleSlash },
};

export function KeysTable({ keys, onAction }: { keys: Key[]; onAction: OnAction }) {
  return (
    <DataTable
      actions={(key) => <Actions apiKey={key} onAction={onAction} />}
      caption={t.caption}
      columns={COLUMNS}
      initialSort={{ column: "key" }}
      rowKey={keyName}
      rows={keys}
    />
  );
}

const COLUMNS: Column<Key>[] = [
  {
    id: "key",
    header: t.columns.key,
    sortBy: keyName,
    onPhone: "title",
    cell: (key) => (
      <>
        <span className="font-medium">{keyName(key)}</span>
        {key.hint && (
          <code className="block font-mono text-muted-foreground text-xs">{key.hint}…</code>
        )}
      </>
    ),
  },
  {
    id: "owner",
    header: t.columns.owner,
    sortBy: (key) => key.owner,
    cell: (key) => (
      <>
        <span className="break-all">{key.owner}</span>
        {key.team && (
          <span className="block text-muted-foreground text-xs">{t.team(key.team)}</span>
        )}
      </>
    ),
  },
  {
    id: "role",
    header: t.columns.role,
    sortBy: (key) => key.role,
    cell: (key) => <Badge tone="outline">{key.role}</Badge>,
  },
  { id: "agents", header: t.columns.agents, cell: (key) => listed(key.agents) },
  { id: "namespaces", header: t.columns.namespaces, cell: (key) => listed(key.namespaces) },
  {
    id: "state",
    header: t.columns.state,
    sortBy: (key) => keyState(key, Date.now()),
    cell: (key) => <StateBadge apiKey={key} />,
  },
  {
    id: "expires",
    header: t.columns.expires,
    sortBy: (key) => key.expires_at ?? "9",
    cell: (key) => <RelativeTime at={key.expires_at} className="whitespace-nowrap" />,
  },
  {
    id: "lastUsed",
    header: t.columns.lastUsed,
    sortBy: (key) => key.last_used_at ?? "",
    cell: (key) => <RelativeTime at={key.last_used_at} className="whitespace-nowrap" />,
  },
];

function StateBadge({ apiKey }: { apiKey: Key }) {
  const state = keyState(apiKey, Date.now());
  const { tone, icon: Icon } = LOOKS[state];
  return (
    <Badge title={apiKey.message || apiKey.reason} tone={tone}>
      <Icon aria-hidden />
      {t.states[state]}
    </Badge>
  );
}

function listed(patterns: string[]) {
  const text = patterns.length === 0 || patterns.includes("*") ? t.all : patterns.join(", ");
  return <span className="break-words">{text}</span>;
}

function Actions({ apiKey, onAction }: { apiKey: Key; onAction: OnAction }) {
  const state = keyState(apiKey, Date.now());
  const alive = isAlive(state);
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button aria-label={t.actionsOf(keyName(apiKey))} size="icon-sm" variant="ghost">
          <MoreHorizontal aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem disabled={!isEditable(state)} onSelect={() => onAction("edit", apiKey)}>
          {t.actions.edit}
        </DropdownMenuItem>
        <DropdownMenuItem disabled={!alive} onSelect={() => onAction("rotate", apiKey)}>
          {t.actions.rotate}
        </DropdownMenuItem>
        <DropdownMenuItem destructive disabled={!alive} onSelect={() => onAction("revoke", apiKey)}>
          {t.actions.revoke}
        </DropdownMenuItem>
        <DropdownMenuItem destructive onSelect={() => onAction("remove", apiKey)}>
          {t.actions.remove}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
