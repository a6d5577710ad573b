import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { CreateKeyDialog } from "./create-key-dialog";
import { EditKeyDialog } from "./edit-key-dialog";
import { type KeyAction, KeysTable } from "./keys-table";
import { t } from "./messages";
import { type Key, keysQuery, type Revealed } from "./queries";
import { RotateKeyDialog } from "./rotate-key-dialog";
import { ShownKeyDialog } from "./shown-key-dialog";
import { DeleteKeyDialog, RevokeKeyDialog } from "./stop-key-dialogs";

/** API keys. A key that was just made lives in the state of this page, and only until it is stored. */
export function KeysOverview() {
  const [creating, setCreating] = useState(false);
  const [chosen, setChosen] = useState<{ action: KeyAction; key: Key } | null>(null);
  const [revealed, setRevealed] = useState<Revealed | null>(null);
  const target = (action: KeyAction) => (chosen?.action === action ? chosen.key : null);
  const close = () => setChosen(null);
  const create = (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t.create}
    </Button>
  );
  return (
    <Page>
      <PageHeader actions={create} description={t.description} title={t.title} />
      <KeyList create={create} onAction={(action, key) => setChosen({ action, key })} />
      <CreateKeyDialog onOpenChange={setCreating} open={creating} reveal={setRevealed} />
      <EditKeyDialog onClose={close} target={target("edit")} />
      <RotateKeyDialog onClose={close} reveal={setRevealed} target={target("rotate")} />
      <RevokeKeyDialog onClose={close} target={target("revoke")} />
      <DeleteKeyDialog onClose={close} target={target("remove")} />
      <ShownKeyDialog onStored={() => setRevealed(null)} revealed={revealed} />
    </Page>
  );
}

interface KeyListProps {
  create: ReactNode;
  onAction: (action: KeyAction, key: Key) => void;
}

function KeyList({ create, onAction }: KeyListProps) {
  const { data, error, refetch } = useQuery(keysQuery);
  const [search, setSearch] = useState("");
  if (error && !data) return <ErrorState error={error} onRetry={refetch} title={t.failed} />;
  if (!data) return <ListSkeleton />;
  if (data.length === 0) return <EmptyState {...t.empty} action={create} icon={KeyRound} />;
  const found = data.filter((key) => isLike(key, search));
  return (
    <div className="flex flex-col gap-3">
      <Input
        aria-label={t.search}
        className="max-w-sm"
        onChange={(event) => setSearch(event.target.value)}
        placeholder={t.search}
        type="search"
        value={search}
      />
      {found.length === 0 && <p className="py-6 text-muted-foreground">{t.nothingFound}</p>}
      {found.length > 0 && <KeysTable keys={found} onAction={onAction} />}
    </div>
  );
}

function isLike(key: Key, search: string): boolean {
  const text = `${key.namespace}/${key.name} ${key.owner} ${key.team} ${key.hint}`.toLowerCase();
  return text.includes(search.trim().toLowerCase());
}
