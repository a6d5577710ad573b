import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/health",
  component: lazyRouteComponent(() => import("@/features/health"), "HealthPage"),
});

export const healthRoutes = [list] as const;
