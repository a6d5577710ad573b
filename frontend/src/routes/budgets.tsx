import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/budgets",
  component: lazyRouteComponent(() => fetched(import("@/features/budgets")), "BudgetsPage"),
});

export const budgetRoutes = [list] as const;
