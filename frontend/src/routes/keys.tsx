import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/keys",
  component: lazyRouteComponent(() => fetched(import("@/features/keys")), "KeysPage"),
});

export const keyRoutes = [list] as const;
