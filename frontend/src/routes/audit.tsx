import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { filtersOf } from "@/features/audit/filters";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/audit",
  validateSearch: filtersOf,
  component: lazyRouteComponent(() => import("@/features/audit"), "AuditPage"),
});

export const auditRoutes = [list] as const;
