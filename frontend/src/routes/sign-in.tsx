import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { optionalText, searchOf } from "@/lib/search";
import { sessionQuery } from "@/lib/session";
import { rootRoute } from "./root";

const search = searchOf({ next: optionalText });

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: search,
  beforeLoad: async ({ context }) => {
    // A gateway that cannot be reached is told on the page, not in place of it.
    const caller = await context.queryClient.ensureQueryData(sessionQuery).catch(() => null);
    if (caller !== null) throw redirect({ to: "/chat" });
  },
  component: lazyRouteComponent(() => fetched(import("@/features/sign-in")), "SignInPage"),
});
