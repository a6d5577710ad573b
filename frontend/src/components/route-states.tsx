import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { ApiError } from "@/lib/api-error";
import { PAGE_UNREACHABLE, reloadIfServed } from "@/lib/page-code";
import { t } from "@/messages/common";
import { EmptyState } from "./empty-state";
import { ErrorState } from "./error-state";
import { ListSkeleton } from "./list-skeleton";
import { Page } from "./page";
import { Button } from "./ui/button";
import { Skeleton } from "./ui/skeleton";

/** In place of a page that has failed; the shell around it stays. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const asked = error instanceof ApiError;
  function retry() {
    if (asked && error.code === PAGE_UNREACHABLE) {
      void reloadIfServed();
      return;
    }
    reset();
    void router.invalidate();
  }
  return (
    <Page>
      <ErrorState error={error} title={asked ? t.errors.title : t.errors.crashed} onRetry={retry} />
      {!asked && <p className="pt-3 text-muted-foreground">{t.errors.crashedHint}</p>}
    </Page>
  );
}

export function PendingPage() {
  return (
    <Page>
      <Skeleton className="mb-6 h-7 w-48" />
      <ListSkeleton />
    </Page>
  );
}

export function NotFound() {
  return (
    <Page>
      <title>{`${t.errors.notFound} · ${t.product}`}</title>
      <EmptyState
        icon={Compass}
        heading="h1"
        title={t.errors.notFound}
        description={t.errors.notFoundHint}
        action={
          <Button asChild>
            <Link to="/chat">{t.errors.goHome}</Link>
          </Button>
        }
      />
    </Page>
  );
}
