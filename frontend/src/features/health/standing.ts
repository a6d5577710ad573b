/** How the installation stands as a whole. Pure. */
import { isIntended } from "./advice";

export const STATUSES = ["ok", "unknown", "degraded", "down"] as const;
export type Status = (typeof STATUSES)[number];

export interface Condition {
  kind: string;
  namespace: string;
  name: string;
  type: string;
  status: string;
  reason: string;
  message: string;
  since?: string | null;
}

/** `attention`: all components work, and some resource does not stand as its author wants. */
export type Verdict = "well" | "attention" | "degraded" | "down";

export function verdict(status: string, conditions: Condition[]): Verdict {
  const worst = known(status);
  if (worst === "down") return "down";
  if (worst !== "ok") return "degraded";
  return conditions.some((each) => !isIntended(each.reason)) ? "attention" : "well";
}

/** The status as this page knows it. */
export function known(status: string): Status {
  return STATUSES.find((each) => each === status) ?? "unknown";
}

/** Conditions to act on first, those that somebody wanted so last. */
export function byUrgency(conditions: Condition[]): Condition[] {
  return [...conditions].sort(
    (a, b) => Number(isIntended(a.reason)) - Number(isIntended(b.reason)) || place(a, b),
  );
}

function place(a: Condition, b: Condition): number {
  return key(a).localeCompare(key(b));
}

function key(each: Condition): string {
  return [each.namespace, each.kind, each.name, each.type].join("/");
}
