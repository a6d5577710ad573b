import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { optionalOneOf, optionalText, searchOf } from "@/lib/search";
import { appRoute } from "./app";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents",
  validateSearch: searchOf({
    search: optionalText,
    namespace: optionalText,
    state: optionalOneOf(["ready", "failing", "suspended"]),
  }),
  component: lazyRouteComponent(() => fetched(import("@/features/agents")), "AgentsPage"),
});

const create = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents/new",
  validateSearch: searchOf({ namespace: optionalText, name: optionalText, model: optionalText }),
  component: lazyRouteComponent(() => fetched(import("@/features/agents/editor")), "NewAgentPage"),
});

const detail = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents/$namespace/$name",
  validateSearch: searchOf({ tab: optionalOneOf(["events", "yaml"]) }),
  component: lazyRouteComponent(() => fetched(import("@/features/agents")), "AgentPage"),
});

const edit = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents/$namespace/$name/edit",
  validateSearch: searchOf({ view: optionalOneOf(["yaml"]) }),
  component: lazyRouteComponent(() => fetched(import("@/features/agents/editor")), "EditAgentPage"),
});

export const agentRoutes = [list, create, detail, edit] as const;
