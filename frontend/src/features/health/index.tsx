import { queryOptions, useQuery } from "@tanstack/react-query";
import { CircleCheck, OctagonX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ErrorState } from "@/components/error-state";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { RelativeTime } from "@/components/relative-time";
import { api, type Schemas, send } from "@/lib/api";
import { cn } from "@/lib/class-names";
import { ComponentsList } from "./components-list";
import { ConditionsTable } from "./conditions-table";
import { t } from "./messages";
import { type Verdict, verdict } from "./standing";

type Health = Schemas["HealthView"];

const REFRESH_MS = 5_000;

const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => send(api.GET("/api/v1/health", { signal })),
  refetchInterval: REFRESH_MS,
});

/** `/health`: asks again every five seconds. What was known stays when the gateway falls silent. */
export function HealthPage() {
  const { data, error, refetch } = useQuery(healthQuery);
  return (
    <Page>
      <PageHeader description={t.description} title={t.title} />
      <div className="flex flex-col gap-6">
        {error && <ErrorState error={error} onRetry={refetch} title={t.failed} />}
        {data ? <Standing health={data} /> : !error && <ListSkeleton />}
      </div>
    </Page>
  );
}

function Standing({ health }: { health: Health }) {
  return (
    <>
      <Banner at={health.as_of} verdict={verdict(health.status, health.conditions)} />
      <Section title={t.conditions}>
        {health.conditions.length > 0 ? (
          <ConditionsTable conditions={health.conditions} />
        ) : (
          <p className="text-muted-foreground">{t.noConditions}</p>
        )}
        {health.more_conditions > 0 && (
          <p className="pt-2 text-muted-foreground text-xs">{t.more(health.more_conditions)}</p>
        )}
      </Section>
      <Section title={t.components}>
        <ComponentsList components={health.components} />
      </Section>
    </>
  );
}

const LOOKS: Record<Verdict, { icon: typeof CircleCheck; colours: string; text: string }> = {
  well: {
    icon: CircleCheck,
    colours: "border-success/40 bg-success-soft",
    text: "text-success",
  },
  attention: {
    icon: TriangleAlert,
    colours: "border-warning/40 bg-warning-soft",
    text: "text-warning",
  },
  degraded: {
    icon: TriangleAlert,
    colours: "border-warning/40 bg-warning-soft",
    text: "text-warning",
  },
  down: {
    icon: OctagonX,
    colours: "border-destructive/40 bg-destructive-soft",
    text: "text-destructive",
  },
};

function Banner({ verdict: found, at }: { verdict: Verdict; at: string }) {
  const { icon: Icon, colours, text } = LOOKS[found];
  return (
    <div className={cn("flex flex-wrap items-center gap-3 rounded-lg border p-4", colours)}>
      <Icon aria-hidden className={cn("size-6 shrink-0", text)} />
      <div className="min-w-0 flex-1" role="status">
        <p className="font-semibold">{t.verdicts[found].title}</p>
        <p className="text-sm">{t.verdicts[found].text}</p>
      </div>
      <p className="text-xs">
        {t.asOf} <RelativeTime at={at} />
      </p>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="pb-2 font-semibold">{title}</h2>
      {children}
    </section>
  );
}
