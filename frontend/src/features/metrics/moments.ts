/** Moments on the axis of a chart: short, in the reader's time zone. */
import { formatClock, formatDayOfMonth, formatMoment } from "@/lib/format";
import type { Range } from "./ranges";

export function timeText(range: Range): (at: number) => string {
  return range === "7d" ? formatDayOfMonth : formatClock;
}

export const momentText = (at: number): string => formatMoment(new Date(at));
