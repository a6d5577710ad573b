import type { Conversation } from "./queries";

export const AGES = ["today", "week", "older"] as const;
export type Age = (typeof AGES)[number];

const DAY_MS = 86_400_000;

function ageOf(conversation: Conversation, now: number): Age {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const at = new Date(conversation.updated_at).getTime();
  if (at >= midnight) return "today";
  return at >= midnight - 6 * DAY_MS ? "week" : "older";
}

/** The conversations in groups by their last change; groups with nothing in them are left out. */
export function byAge(
  items: readonly Conversation[],
  now: number,
): { age: Age; items: Conversation[] }[] {
  return AGES.map((age) => ({
    age,
    items: items.filter((conversation) => ageOf(conversation, now) === age),
  })).filter((group) => group.items.length > 0);
}
