/** How many workers an agent has, in a few characters. */

import type { Agent } from "./queries";

type Counted = Pick<Agent, "desired_replicas" | "ready_replicas">;

/** `1/2`: ready of wanted; empty where others run the agent. */
export function workersText({ desired_replicas: desired, ready_replicas: ready }: Counted): string {
  return desired === null || desired === undefined ? "" : `${ready}/${desired}`;
}
