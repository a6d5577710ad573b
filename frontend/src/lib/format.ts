/** Numbers and moments as people read them. One place, so that they look the same everywhere. */

/**
 * The words are English; of the orders of day and month, and of 12 and 24 hours, the reader's
 * English has its own. Who reads another language gets the one that most of the world writes.
 */
export function localeFor(languages: readonly string[]): string {
  return languages.find((language) => /^en(-|$)/i.test(language)) ?? "en-GB";
}

export const LOCALE = localeFor(navigator.languages);
const MICRO = 1_000_000;

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const dayOfMonth = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium" });
const dateTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "long" });

/** Units in seconds, and to what a span is rounded before one is chosen: 59.7 minutes are an hour. */
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number, number][] = [
  ["year", 31_536_000, 86_400],
  ["month", 2_592_000, 86_400],
  ["day", 86_400, 3_600],
  ["hour", 3_600, 60],
  ["minute", 60, 1],
];

/** `$12.30`; small amounts keep the digits that say something, like `$0.000412`. */
export function formatUsd(amount: number | string): string {
  const value = Number(amount);
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size === 0 || size >= 1 ? 2 : size >= 0.01 ? 4 : 6;
  return new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(value);
}

export const formatMicroUsd = (micro: number): string => formatUsd(micro / MICRO);

/** `12,345`. */
export const formatCount = (count: number): string => whole.format(count);

/** `12.3K`. */
export const formatShort = (count: number): string => short.format(count);

/** `840 ms`, `2.4 s`, `1 min 12 s`. */
export function formatSeconds(seconds: number): string {
  // Rounded first: 59.97 s are a minute, and never 60.0 s.
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const tenths = Math.round(seconds * 10);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** `12 %`; neither none nor all where it is but little, or nearly all. */
export function formatPercent(percent: number): string {
  if (percent > 0 && percent < 1) return "< 1 %";
  if (percent > 99 && percent < 100) return "> 99 %";
  return `${whole.format(percent)} %`;
}

/** `Nov 23, 2026, 4:05 AM`, in the reader's time zone and order. */
export const formatMoment = (moment: string | Date): string => dateTime.format(new Date(moment));

/** `1 Dec 2026, 00:00 UTC`: in a zone that is not the reader's, hence named. */
export function formatInZone(moment: string | Date, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALE, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(new Date(moment));
}

/** To the second, for logs. */
export const formatExact = (moment: string | Date): string => exact.format(new Date(moment));

/** `4:05 AM`. */
export const formatClock = (moment: number | Date): string => clock.format(moment);

/** `Nov 23`. */
export const formatDayOfMonth = (moment: number | Date): string => dayOfMonth.format(moment);

export const formatDay = (moment: string | Date): string => day.format(new Date(moment));

/** `3 minutes ago`, `in 2 days`, `now`. */
export function formatRelative(moment: string | Date, now: number = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  for (const [unit, size, grain] of STEPS) {
    const rounded = Math.round(Math.abs(seconds) / grain) * grain;
    if (rounded >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(0, "second");
}
