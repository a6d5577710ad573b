/**
 * What a page had not seen kept when it went away. The tab keeps it until the conversation is loaded
 * anew, for the page's last write may come late, or could not be sent because one was on its way.
 */
import type { Schemas } from "@/lib/api";
import { type Said, startsWith } from "./state";

type Wanted = Schemas["WantedMessage"];

export interface LeftBehind {
  position: number;
  messages: readonly Wanted[];
  /** The last that the page knew of. */
  revision: number;
}

/** A conversation as the gateway has it. */
interface Stored<M extends Said> {
  messages: readonly M[];
  revision: number;
}

const PREFIX = "quarterdeck.left.";

/** Notes what is left behind of the conversation `id`; with null, that nothing is. */
export function leaveBehind(id: string, left: LeftBehind | null): void {
  try {
    if (left) sessionStorage.setItem(PREFIX + id, JSON.stringify(left));
    else sessionStorage.removeItem(PREFIX + id);
  } catch {
    // No room, or none allowed: the last write must do.
  }
}

/** What was left behind of the conversation `id`, once: then it is forgotten. */
export function pickUp(id: string): LeftBehind | null {
  try {
    const text = sessionStorage.getItem(PREFIX + id);
    sessionStorage.removeItem(PREFIX + id);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Somebody else may be here next. */
export function forgetAllLeftBehind(): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
    }
  } catch {
    // Where nothing can be noted, nothing is.
  }
}

/** What follows `stored` in the conversation; nothing when it has been changed since, or has it all. */
export function notStored<M extends Said>(
  left: LeftBehind | null,
  { messages, revision }: Stored<M>,
): LeftBehind | null {
  if (left === null || left.position > messages.length) return null;
  const whole = [...messages.slice(0, left.position), ...left.messages];
  if (revision !== left.revision && !startsWith(whole, messages)) return null;
  const same = whole.length === messages.length && startsWith(whole, messages);
  return same ? null : left;
}
