/**
 * Whether the gateway can be reached, as the last request has shown. The browser's own word alone
 * does not count: on a laptop without a network the gateway of that laptop answers all the same.
 */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "@/lib/api-error";
import { isServed } from "@/lib/page-code";

export type Lost = "offline" | "unreachable";

/** What is wrong with the connection; undefined while all is well. */
export function useLostConnection(): Lost | undefined {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  useEffect(() => followAnswers(client, setLost), [client]);
  useEffect(() => followNetwork(() => void isServed().then((served) => setLost(!served))), []);
  if (!lost) return undefined;
  return navigator.onLine ? "unreachable" : "offline";
}

function followNetwork(onChange: () => void): () => void {
  const events = ["online", "offline"] as const;
  for (const event of events) window.addEventListener(event, onChange);
  return () => {
    for (const event of events) window.removeEventListener(event, onChange);
  };
}

function followAnswers(client: QueryClient, setLost: (lost: boolean) => void): () => void {
  return client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated") return;
    const { action } = event;
    if (action.type === "success" && !action.manual) setLost(false);
    if (action.type === "failed" || action.type === "error")
      setLost(ApiError.of(action.error).code === "network");
  });
}
