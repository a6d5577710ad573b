/** The whole UI at one address, as main.tsx puts it together. */
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { onTestFinished } from "vitest";
import { Toaster } from "@/components/ui/toaster";
import { TooltipProvider } from "@/components/ui/tooltip";
import { createQueryClient } from "@/lib/query-client";
import { lookAgain } from "@/lib/session";
import { createAppRouter } from "@/router";

export const ADMIN = {
  name: "admin",
  role: "admin",
  namespaces: ["*"],
  agents: ["*"],
  team: "",
  rate_limit: null,
};

export function renderApp(path: string) {
  const queryClient: QueryClient = createQueryClient(() => void lookAgain(queryClient));
  // All tests share one window: what runs on would answer to the events of the next one.
  onTestFinished(() => queryClient.clear());
  const router = createAppRouter(queryClient);
  router.update({
    ...router.options,
    history: createMemoryHistory({ initialEntries: [path] }),
  });
  const user = userEvent.setup();
  const view = render(
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <RouterProvider router={router} />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>,
  );
  return { ...view, user, router, queryClient };
}
