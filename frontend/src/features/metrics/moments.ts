/** Moments on the axis of a chart: short, in the reader's time zone. */
import { formatMoment } from "@/lib/format";
import type { Range } from "./ranges";

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

export function timeText(range: Range): (at: number) => string {
  return (at) => (range === "7d" ? day : clock).format(at);
}

export const momentText = (at: number): string => formatMoment(new Date(at));
