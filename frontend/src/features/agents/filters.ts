/** Which agents a list shows. */

import { hasWords } from "@/lib/has-words";
import type { Agent } from "./queries";

export type State = "ready" | "failing" | "suspended";

export interface Filters {
  readonly search?: string | undefined;
  readonly namespace?: string | undefined;
  readonly state?: State | undefined;
}

type Filtered = Pick<
  Agent,
  "name" | "namespace" | "description" | "ready" | "suspended" | "reason" | "spec"
>;

export function stateOf(agent: Pick<Agent, "ready" | "suspended">): State {
  if (agent.suspended) return "suspended";
  return agent.ready ? "ready" : "failing";
}

/** Every word of the search has to stand somewhere in what the row shows. */
export function matches(agent: Filtered, { search, namespace, state }: Filters): boolean {
  if (namespace !== undefined && agent.namespace !== namespace) return false;
  if (state !== undefined && stateOf(agent) !== state) return false;
  const shown = [
    agent.name,
    agent.namespace,
    agent.description,
    agent.reason,
    agent.spec.model ?? "",
  ];
  return hasWords(shown, search);
}
