import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { sessionQuery } from "@/lib/session";
import { rootRoute } from "./root";

/** Everything that needs somebody signed in, inside the shell. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    const caller = await context.queryClient.ensureQueryData(sessionQuery);
    if (caller === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
  component: lazyRouteComponent(() => fetched(import("@/features/shell")), "AppShell"),
});
