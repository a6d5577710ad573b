/** How a key stands, in one word. The table, the dialogs and the filter all read it from here. */

export type KeyState = "active" | "expiring" | "waiting" | "expired" | "revoked";

export interface KeyFacts {
  revoked: boolean;
  ready: boolean;
  expires_at?: string | null;
}

const SOON_MS = 7 * 24 * 3600 * 1000;

/** The state of a key at `now`, in milliseconds since the epoch. */
export function keyState(key: KeyFacts, now: number): KeyState {
  const left = key.expires_at ? Date.parse(key.expires_at) - now : Number.POSITIVE_INFINITY;
  if (key.revoked) return "revoked";
  if (left <= 0) return "expired";
  if (!key.ready) return "waiting";
  return left <= SOON_MS ? "expiring" : "active";
}

/** Whether a key in this state may still be rotated or revoked. */
export function isAlive(state: KeyState): boolean {
  return state !== "revoked" && state !== "expired";
}

/** Whether it may be edited: an end that has passed may be moved, a revocation is for good. */
export function isEditable(state: KeyState): boolean {
  return state !== "revoked";
}
