import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/health",
  component: lazyRouteComponent(() => fetched(import("@/features/health")), "HealthPage"),
});

export const healthRoutes = [list] as const;
