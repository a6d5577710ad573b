import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { metricsSearch } from "@/features/metrics/search";
import { fetched } from "@/lib/page-code";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  // Not /metrics: in standalone mode the gateway has its own there, for Prometheus.
  path: "/traffic",
  validateSearch: metricsSearch,
  component: lazyRouteComponent(() => fetched(import("@/features/metrics")), "MetricsPage"),
});

export const metricsRoutes = [list] as const;
