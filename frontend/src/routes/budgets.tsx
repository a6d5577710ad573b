import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/budgets",
  component: lazyRouteComponent(() => import("@/features/budgets"), "BudgetsPage"),
});

export const budgetRoutes = [list] as const;
