/** All pages. A route parses the URL and names the feature that is loaded for it; nothing else. */
import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { NotFound, PendingPage, RouteError } from "@/components/route-states";
import { agentRoutes } from "./routes/agents";
import { appRoute } from "./routes/app";
import { auditRoutes } from "./routes/audit";
import { budgetRoutes } from "./routes/budgets";
import { chatRoutes } from "./routes/chat";
import { costRoutes } from "./routes/costs";
import { healthRoutes } from "./routes/health";
import { indexRoute } from "./routes/index";
import { keyRoutes } from "./routes/keys";
import { metricsRoutes } from "./routes/metrics";
import { modelRoutes } from "./routes/models";
import { rootRoute } from "./routes/root";
import { signInRoute } from "./routes/sign-in";

const routeTree = rootRoute.addChildren([
  indexRoute,
  signInRoute,
  appRoute.addChildren([
    ...chatRoutes,
    ...agentRoutes,
    ...modelRoutes,
    ...keyRoutes,
    ...budgetRoutes,
    ...healthRoutes,
    ...metricsRoutes,
    ...costRoutes,
    ...auditRoutes,
  ]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 200,
    scrollRestoration: true,
    scrollToTopSelectors: ["#main"],
    defaultErrorComponent: RouteError,
    defaultPendingComponent: PendingPage,
    defaultNotFoundComponent: NotFound,
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: AppRouter;
  }
}
