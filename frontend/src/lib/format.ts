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

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
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
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`;
}

export const formatPercent = (percent: number): string => `${whole.format(percent)} %`;

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
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(0, "second");
}
