/**
 * What a page had not seen kept when it went away. The tab keeps it until the conversation is loaded
 * anew, for the page's last write may come late, or could not be sent because one was on its way.
 */
import type { Schemas } from "@/lib/api";
import { t } from "../messages";
import { isEqual, type Said, startsWith } from "./state";
import { fitting } from "./stored";

type Wanted = Schemas["WantedMessage"];

/** Browsers send no more than 64 KiB for a page that has gone. */
const MOST_SENT_BYTES = 60 * 1024;

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

/** The last write of a page that has gone: as much of `message` as a browser sends then. */
export const lastWrite = (message: Wanted): Wanted => fitting(message, MOST_SENT_BYTES, t.save.cut);

/** What was left behind, as the last write has it if that arrives. */
export const asLastWritten = ({ messages }: LeftBehind): Wanted[] => [
  ...messages.slice(0, -1),
  ...messages.slice(-1).map(lastWrite),
];

/** What follows `stored` in the conversation; nothing when it has been changed since, or has it all. */
export function notStored<M extends Said>(
  left: LeftBehind | null,
  { messages, revision }: Stored<M>,
): LeftBehind | null {
  if (left === null || left.position > messages.length) return null;
  const before = messages.slice(0, left.position);
  const whole = [...before, ...left.messages];
  if (isEqual(whole, messages)) return null;
  const ours =
    startsWith(whole, messages) || isEqual([...before, ...asLastWritten(left)], messages);
  return ours || revision === left.revision ? left : null;
}
