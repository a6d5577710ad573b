import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { fetched } from "@/lib/page-code";
import { optionalText, searchOf } from "@/lib/search";
import { appRoute } from "./app";

const newChat = createRoute({
  getParentRoute: () => appRoute,
  path: "/chat",
  validateSearch: searchOf({ agent: optionalText }),
  component: lazyRouteComponent(() => fetched(import("@/features/chat")), "NewChatPage"),
});

const chat = createRoute({
  getParentRoute: () => appRoute,
  path: "/chat/$conversation",
  component: lazyRouteComponent(() => fetched(import("@/features/chat")), "ChatPage"),
});

export const chatRoutes = [newChat, chat] as const;
