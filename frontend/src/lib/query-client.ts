import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api-error";

const MOST_RETRIES = 2;

/** Only what may be better in a moment is asked again. */
export function worthRetrying(failures: number, error: unknown): boolean {
  const { status } = ApiError.of(error);
  return failures < MOST_RETRIES && (status === 0 || status >= 500);
}

/** The cache of what the gateway said. `onSignedOut` is called when it no longer knows us. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (ApiError.of(error).status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // The gateway of one's own laptop answers without a network too: it is asked, not supposed.
    defaultOptions: {
      queries: {
        retry: worthRetrying,
        staleTime: 10_000,
        networkMode: "always",
        refetchOnReconnect: true,
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
