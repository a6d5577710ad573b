/** Moments of a log: to the second, in the reader's time zone. */
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

export const formatExact = (moment: string): string => exact.format(new Date(moment));
