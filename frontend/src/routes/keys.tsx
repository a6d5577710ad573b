import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/keys",
  component: lazyRouteComponent(() => import("@/features/keys"), "KeysPage"),
});

export const keyRoutes = [list] as const;
