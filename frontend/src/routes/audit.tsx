import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { filtersOf } from "@/features/audit/filters";
import { fetched } from "@/lib/page-code";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/audit",
  validateSearch: filtersOf,
  component: lazyRouteComponent(() => fetched(import("@/features/audit")), "AuditPage"),
});

export const auditRoutes = [list] as const;
