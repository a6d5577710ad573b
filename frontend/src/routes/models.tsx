import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { optionalOneOf, optionalText, searchOf } from "@/lib/search";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/models",
  validateSearch: searchOf({ search: optionalText }),
  component: lazyRouteComponent(() => fetched(import("@/features/models")), "ModelsPage"),
});

const create = createRoute({
  getParentRoute: () => appRoute,
  path: "/models/new",
  validateSearch: searchOf({ namespace: optionalText, name: optionalText }),
  component: lazyRouteComponent(() => fetched(import("@/features/models/editor")), "NewModelPage"),
});

const detail = createRoute({
  getParentRoute: () => appRoute,
  path: "/models/$namespace/$name",
  validateSearch: searchOf({ tab: optionalOneOf(["yaml"]) }),
  component: lazyRouteComponent(() => fetched(import("@/features/models")), "ModelPage"),
});

const edit = createRoute({
  getParentRoute: () => appRoute,
  path: "/models/$namespace/$name/edit",
  validateSearch: searchOf({ view: optionalOneOf(["yaml"]) }),
  component: lazyRouteComponent(() => fetched(import("@/features/models/editor")), "EditModelPage"),
});

export const modelRoutes = [list, create, detail, edit] as const;
