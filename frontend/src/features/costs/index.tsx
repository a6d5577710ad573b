import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { CircleDollarSign, Download } from "lucide-react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { FigureCard } from "@/components/figure-card";
import { ListSkeleton } from "@/components/list-skeleton";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { BudgetList } from "@/features/budgets/budget-list";
import { formatCount, formatMicroUsd, formatShort, formatUsd } from "@/lib/format";
import { lazyPart } from "@/lib/lazy-part";
import { Controls } from "./controls";
import { CostTable } from "./cost-table";
import { FilterChips } from "./filter-chips";
import { bars, type Group } from "./grouping";
import { t } from "./messages";
import { type CostReport, costsQuery, csvAddress } from "./queries";
import { type CostSearch, daysOf } from "./search";

const CostChart = lazyPart(() => import("./cost-chart"));
const route = getRouteApi("/app/costs");

/** `/costs`: what was spent, on what, and what budgets leave. */
export function CostsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { by = "agent", range: _range, ...filters } = search;
  const question = { ...filters, by, ...daysOf(search, Date.now()) };
  const { data, error, refetch } = useQuery(costsQuery(question));
  const change = (part: CostSearch) =>
    navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <Page>
      <PageHeader description={t.description} title={t.title} />
      <Controls days={question} onChange={change} search={search}>
        <Button asChild variant="outline">
          <a download href={csvAddress(question)}>
            <Download aria-hidden />
            {t.csv}
          </a>
        </Button>
      </Controls>
      <div className="flex flex-col gap-4">
        <FilterChips
          onClear={(filters) =>
            change(Object.fromEntries(filters.map((filter) => [filter, undefined])))
          }
          search={search}
        />
        {error && <ErrorState error={error} onRetry={refetch} title={t.failed} />}
        {data ? <Report by={question.by} report={data} /> : !error && <ListSkeleton />}
        <h2 className="pt-4 font-semibold">{t.budgets}</h2>
        <BudgetList />
      </div>
    </Page>
  );
}

function Report({ report, by }: { report: CostReport; by: Group }) {
  if (report.items.length === 0) return <EmptyState {...t.empty} icon={CircleDollarSign} />;
  return (
    <>
      <Figures total={report.total} />
      {report.left_out_months.length > 0 && (
        <p className="text-warning text-xs">{t.leftOut(report.left_out_months.join(", "))}</p>
      )}
      <Card>
        <CardHeader>
          <CardTitle>{t.chart(t.groups[by])}</CardTitle>
        </CardHeader>
        <CardContent>
          <CostChart
            bars={bars(report.items, by, t.none[by], t.rest)}
            fallback={<Skeleton className="h-60" />}
            formatUsd={formatUsd}
            label={t.cost}
            upright={by === "day"}
          />
        </CardContent>
      </Card>
      <CostTable by={by} rows={report.items} total={report.total} />
    </>
  );
}

function Figures({ total }: { total: CostReport["total"] }) {
  const perChat = formatMicroUsd(total.cost_micro_usd / Math.max(1, total.calls));
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <FigureCard
        hint={t.perChat(perChat)}
        label={t.total}
        value={formatMicroUsd(total.cost_micro_usd)}
      />
      <FigureCard label={t.calls} value={formatCount(total.calls)} />
      <FigureCard
        hint={t.cachedHint(formatShort(total.cached_tokens))}
        label={t.input}
        value={formatShort(total.input_tokens)}
      />
      <FigureCard label={t.output} value={formatShort(total.output_tokens)} />
    </div>
  );
}
