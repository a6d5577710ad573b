import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { allows, type Role, useCaller } from "@/lib/session";
import { t } from "@/messages/common";
import { EmptyState } from "./empty-state";
import { Page } from "./page";
import { PageHeader } from "./page-header";

export interface NeedsRoleProps {
  needed: Role;
  title: string;
  children: ReactNode;
}

/** A page for some roles alone: the menu leaves it out for others, and an address says why. */
export function NeedsRole({ needed, title, children }: NeedsRoleProps) {
  const caller = useCaller();
  if (allows(caller.role, needed)) return children;
  return (
    <Page>
      <PageHeader title={title} />
      <EmptyState
        description={t.needsRole.description(needed, caller.role)}
        icon={Lock}
        title={t.needsRole.title}
      />
    </Page>
  );
}
