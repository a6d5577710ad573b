/** The times that the page of metrics can show. The gateway is asked for about sixty points. */

export const RANGES = ["15m", "1h", "6h", "24h", "7d"] as const;
export type Range = (typeof RANGES)[number];

interface Extent {
  seconds: number;
  step: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const EXTENTS: Record<Range, Extent> = {
  "15m": { seconds: 15 * MINUTE, step: 15 },
  "1h": { seconds: HOUR, step: MINUTE },
  "6h": { seconds: 6 * HOUR, step: 6 * MINUTE },
  "24h": { seconds: 24 * HOUR, step: 30 * MINUTE },
  "7d": { seconds: 7 * 24 * HOUR, step: 3 * HOUR },
};

export interface Window {
  from: string;
  to: string;
  step: number;
}

/** The last whole steps before `now`, the one that is still filling included. */
export function windowOf(range: Range, now: number): Window {
  const { seconds, step } = EXTENTS[range];
  const end = Math.ceil(now / 1000 / step) * step;
  return { from: moment(end - seconds), to: moment(end), step };
}

/** How often to ask again, in milliseconds: once a step, but at least every minute. */
export function refreshEvery(range: Range): number {
  return Math.min(EXTENTS[range].step, MINUTE) * 1000;
}

function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
