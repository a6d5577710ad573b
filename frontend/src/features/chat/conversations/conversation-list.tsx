import { useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useDebounced } from "@/lib/use-debounced";
import { t } from "../messages";
import { ConversationItem } from "./conversation-item";
import { byAge } from "./grouping";
import { type Conversation, conversationsQuery } from "./queries";

/** The caller's conversations with search. `onFollow` is called after one was opened. */
export function ConversationList({ onFollow }: { onFollow?: () => void }) {
  const [search, setSearch] = useState("");
  const sought = useDebounced(search.trim());
  const list = useInfiniteQuery(conversationsQuery(sought));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="relative p-3">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-5.5 size-4 -translate-y-1/2 text-muted-foreground"
        />
        <Input
          type="search"
          aria-label={t.list.search}
          placeholder={t.list.search}
          value={search}
          className="h-8 pl-8"
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-3 pb-3">
        {list.isPending && <ListSkeleton />}
        {list.error && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && items.length === 0 && (
          <p className="px-2 py-6 text-center text-muted-foreground">
            {sought ? t.list.emptySearch : t.list.empty}
          </p>
        )}
        <Groups items={items} onFollow={onFollow} />
        {list.hasNextPage && (
          <Button
            variant="ghost"
            size="sm"
            className="mt-2 w-full"
            disabled={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {sought ? t.list.searchOn : t.list.more}
          </Button>
        )}
      </div>
    </div>
  );
}

interface GroupsProps {
  items: readonly Conversation[];
  onFollow?: (() => void) | undefined;
}

function Groups({ items, onFollow }: GroupsProps) {
  return byAge(items, Date.now()).map(({ age, items: group }) => (
    <section key={age} aria-label={t.list.groups[age]} className="pb-3">
      <h2 className="px-2 pb-1 font-medium text-muted-foreground text-xs">{t.list.groups[age]}</h2>
      <ul className="flex flex-col gap-0.5">
        {group.map((conversation) => (
          <ConversationItem key={conversation.id} conversation={conversation} onFollow={onFollow} />
        ))}
      </ul>
    </section>
  ));
}
