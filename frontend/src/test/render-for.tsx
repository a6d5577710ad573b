/** Renders a part of the UI for somebody who is signed in, without router and shell. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { type ReactNode, Suspense } from "react";
import { TooltipProvider } from "@/components/ui/tooltip";
import { type Caller, type Role, sessionQuery } from "@/lib/session";

/** Gives the cache too, to look into. */
export function renderFor(role: Role, ui: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(sessionQuery.queryKey, callerOf(role));
  const view = render(
    <QueryClientProvider client={client}>
      <TooltipProvider>
        <Suspense>{ui}</Suspense>
      </TooltipProvider>
    </QueryClientProvider>,
  );
  return { client, ...view };
}

/** The body of the first of `requests` with this method; undefined when there is none. */
export async function bodyOf(requests: Request[], method: string): Promise<unknown> {
  const found = requests.find((each) => each.method === method);
  return found?.clone().json();
}

function callerOf(role: Role): Caller {
  return { name: "admin", role, namespaces: ["*"], agents: ["*"], team: "", rate_limit: null };
}
