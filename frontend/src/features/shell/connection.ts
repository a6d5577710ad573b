/** Whether the gateway can be reached, as the last request has shown. */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { ApiError } from "@/lib/api-error";

export type Lost = "offline" | "unreachable";

/** What is wrong with the connection; undefined while all is well. */
export function useLostConnection(): Lost | undefined {
  const online = useSyncExternalStore(followNetwork, () => navigator.onLine);
  const unreachable = useUnreachable(useQueryClient());
  if (!online) return "offline";
  return unreachable ? "unreachable" : undefined;
}

function followNetwork(onChange: () => void): () => void {
  const events = ["online", "offline"] as const;
  for (const event of events) window.addEventListener(event, onChange);
  return () => {
    for (const event of events) window.removeEventListener(event, onChange);
  };
}

function useUnreachable(client: QueryClient): boolean {
  const [unreachable, setUnreachable] = useState(false);
  const follow = useCallback(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type !== "updated") return;
        const { action } = event;
        if (action.type === "success" && !action.manual) setUnreachable(false);
        if (action.type === "failed" || action.type === "error")
          setUnreachable(ApiError.of(action.error).code === "network");
      }),
    [client],
  );
  useEffect(follow, [follow]);
  return unreachable;
}
