import { getRouteApi } from "@tanstack/react-router";
import { NeedsRole } from "@/components/needs-role";
import { Page } from "@/components/page";
import { PageHeader } from "@/components/page-header";
import { AuditLog } from "./audit-log";
import { ChainStatus } from "./chain-status";
import { t } from "./messages";

const route = getRouteApi("/app/audit");

/** `/audit`: the filters stand in the address, so that a finding can be sent to somebody. */
export function AuditPage() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <NeedsRole needed="admin" title={t.title}>
      <Page>
        <PageHeader description={t.description} title={t.title} />
        <div className="flex flex-col gap-4">
          <ChainStatus />
          <AuditLog filters={filters} onFilter={(wanted) => navigate({ search: wanted })} />
        </div>
      </Page>
    </NeedsRole>
  );
}
