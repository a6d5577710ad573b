/** The frame of a page about one resource: while it loads, where it is missing, and its tabs. */

import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { ConditionBadge, type Standing } from "@/components/condition-badge";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { ApiError } from "@/lib/api-error";
import { lazyPart } from "@/lib/lazy-part";
import { EditorHint } from "./editor-hint";
import { t } from "./messages";
import { asObject } from "./queries";
import { ADDRESSES, type Resource } from "./resource";
import { CreateButton, EditYamlButton } from "./resource-buttons";
import type { Place } from "./save";

const YamlView = lazyPart(() => import("./yaml-view"));

type Found = Place & Standing & { readonly manifest: unknown };

export interface Tab {
  readonly value: string;
  readonly label: string;
  readonly content: ReactNode;
}

interface ResourcePageProps<R extends Found> {
  readonly of: Resource;
  readonly place: Place;
  readonly query: {
    readonly data: R | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  readonly description?: (found: R) => string;
  readonly actions: (found: R) => ReactNode;
  /** Those before the YAML; the first one is shown at first. */
  readonly tabs: (found: R) => readonly [Tab, ...Tab[]];
  readonly tab: string | undefined;
  /** undefined stands for the first one. */
  readonly onTab: (tab: string | undefined) => void;
}

export function ResourcePage<R extends Found>(props: ResourcePageProps<R>) {
  const { of, place, query, description, actions, tabs, ...tabbing } = props;
  const { data: found } = query;
  if (found === undefined) {
    return (
      <Page>
        <PageHeader title={place.name} />
        <NotFoundYet of={of} place={place} query={query} />
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader title={found.name} description={description?.(found)} actions={actions(found)}>
        <ConditionBadge standing={found} />
      </PageHeader>
      <EditorHint />
      <ResourceTabs of={of} found={found} tabs={tabs(found)} {...tabbing} />
    </Page>
  );
}

type WithoutFound = Pick<ResourcePageProps<Found>, "of" | "place" | "query">;

function NotFoundYet({ of, place, query: { error, refetch } }: WithoutFound) {
  if (!error) return <ListSkeleton rows={3} />;
  if (ApiError.of(error).status === 404) return <Missing of={of} place={place} />;
  return <ErrorState title={of.words.oneFailed} error={error} onRetry={() => void refetch()} />;
}

/** The page goes on asking: what somebody creates meanwhile appears by itself. */
function Missing({ of, place: { namespace, name } }: Pick<WithoutFound, "of" | "place">) {
  return (
    <EmptyState
      icon={SearchX}
      title={of.words.missing(`${namespace}/${name}`)}
      description={t.missingText}
      action={
        <span className="flex flex-wrap justify-center gap-2">
          <CreateButton of={of} begin={{ namespace, name }} />
          <Button asChild variant="outline">
            <Link to={ADDRESSES[of.kind].list}>{t.backTo(of.words.title)}</Link>
          </Button>
        </span>
      }
    />
  );
}

interface ResourceTabsProps {
  readonly of: Resource;
  readonly found: Found;
  readonly tabs: readonly [Tab, ...Tab[]];
  readonly tab: string | undefined;
  readonly onTab: (tab: string | undefined) => void;
}

function ResourceTabs({ of, found, tabs, tab, onTab }: ResourceTabsProps) {
  const first = tabs[0].value;
  const yaml: Tab = {
    value: "yaml",
    label: t.yaml,
    content: (
      <YamlView
        manifest={asObject(found.manifest)}
        action={<EditYamlButton of={of} place={found} />}
        fallback={<ListSkeleton rows={6} />}
      />
    ),
  };
  const all = [...tabs, yaml];
  return (
    <Tabs value={tab ?? first} onValueChange={(next) => onTab(next === first ? undefined : next)}>
      <TabsList aria-label={found.name}>
        {all.map(({ value, label }) => (
          <TabsTrigger key={value} value={value}>
            {label}
          </TabsTrigger>
        ))}
      </TabsList>
      {all.map(({ value, content }) => (
        <TabsContent key={value} value={value}>
          {content}
        </TabsContent>
      ))}
    </Tabs>
  );
}
