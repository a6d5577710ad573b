import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { costSearch } from "@/features/costs/search";
import { fetched } from "@/lib/page-code";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/costs",
  validateSearch: costSearch,
  component: lazyRouteComponent(() => fetched(import("@/features/costs")), "CostsPage"),
});

export const costRoutes = [list] as const;
