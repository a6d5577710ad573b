/**
 * Whether the gateway can be reached, as the last request has shown. The browser's own word alone
 * does not count: on a laptop without a network the gateway of that laptop answers all the same.
 */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "@/lib/api-error";
import { isServed } from "@/lib/page-code";

export type Lost = "offline" | "unreachable";

/** How often it is tried whether it is back: pages that ask nothing would not find out. */
export const PROBE_MS = 5000;

/** What is wrong with the connection; undefined while all is well. */
export function useLostConnection(): Lost | undefined {
  const client = useQueryClient();
  const [lost, setLost] = useState<Lost>();
  const [probe] = useState(() => new Probe((reached) => setLost(reached ? undefined : why())));
  const away = lost !== undefined;
  useEffect(() => followAnswers(client, probe.tell), [client, probe]);
  useEffect(() => followNetwork(probe.ask), [probe]);
  useEffect(() => {
    const timer = away && setInterval(probe.ask, PROBE_MS);
    return () => clearInterval(timer || undefined);
  }, [away, probe]);
  return lost;
}

type Tell = (reached: boolean) => void;

const why = (): Lost => (navigator.onLine ? "unreachable" : "offline");

/** What is known last counts: an answer to an earlier question may come later. */
class Probe {
  private known = 0;

  constructor(private readonly told: Tell) {}

  readonly tell: Tell = (reached) => {
    this.known += 1;
    this.told(reached);
  };

  readonly ask = async (): Promise<void> => {
    this.known += 1;
    const asked = this.known;
    const served = await isServed();
    if (asked === this.known) this.told(served);
  };
}

function followNetwork(onChange: () => Promise<void>): () => void {
  const events = ["online", "offline"] as const;
  for (const event of events) window.addEventListener(event, onChange);
  return () => {
    for (const event of events) window.removeEventListener(event, onChange);
  };
}

function followAnswers(client: QueryClient, tell: Tell): () => void {
  return client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated") return;
    const { action } = event;
    if (action.type === "success" && !action.manual) tell(true);
    if (action.type === "failed" || action.type === "error")
      tell(ApiError.of(action.error).code !== "network");
  });
}
