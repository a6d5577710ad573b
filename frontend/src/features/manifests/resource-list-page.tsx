/** The page that lists all resources of a kind: while they load, where there is none, and filtered. */

import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { EditorHint } from "./editor-hint";
import { t } from "./messages";
import type { Resource } from "./resource";
import { CreateButton } from "./resource-buttons";

interface ResourceListPageProps<R> {
  readonly of: Resource;
  readonly query: {
    readonly data: readonly R[] | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  readonly matches: (item: R) => boolean;
  readonly onClear: () => void;
  /** The filters above the list. */
  readonly filters: (all: readonly R[]) => ReactNode;
  readonly table: (found: readonly R[]) => ReactNode;
}

export function ResourceListPage<R>(props: ResourceListPageProps<R>) {
  const { of } = props;
  return (
    <Page>
      <PageHeader
        title={of.words.title}
        description={of.words.description}
        actions={<CreateButton of={of} />}
      />
      <EditorHint />
      <ResourceList {...props} />
    </Page>
  );
}

function ResourceList<R>(props: ResourceListPageProps<R>) {
  const { of, query, filters } = props;
  const { data, error, refetch } = query;
  if (error && !data) {
    return <ErrorState title={of.words.loadFailed} error={error} onRetry={() => void refetch()} />;
  }
  if (!data) return <ListSkeleton />;
  if (data.length === 0) {
    return (
      <EmptyState
        icon={of.icon}
        title={of.words.none}
        description={of.words.noneText}
        command={of.command}
        action={<CreateButton of={of} />}
      />
    );
  }
  return (
    <div className="space-y-4">
      {filters(data)}
      <Matching {...props} all={data} />
    </div>
  );
}

function Matching<R>(props: ResourceListPageProps<R> & { readonly all: readonly R[] }) {
  const { of, all, matches, onClear, table } = props;
  const found = all.filter(matches);
  if (found.length > 0) return table(found);
  return (
    <EmptyState
      icon={SearchX}
      title={of.words.noMatch}
      description={t.noMatchText}
      action={
        <Button variant="outline" onClick={onClear}>
          {t.clear}
        </Button>
      }
    />
  );
}
