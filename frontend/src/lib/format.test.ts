import { describe, expect, it } from "vitest";
import { formatInZone, formatRelative, formatUsd, localeFor } from "./format";

describe("localeFor", () => {
  it.each([
    [["en-US", "de"], "en-US"],
    [["de-DE", "en-AU"], "en-AU"],
    [["de-DE", "eng"], "en-GB"],
    [[], "en-GB"],
  ])("reads %j as %s", (languages, expected) => {
    expect(localeFor(languages)).toBe(expected);
  });
});

describe("formatRelative", () => {
  const NOW = Date.parse("2026-11-23T12:00:00Z");

  it.each([
    ["2026-12-01T00:00:00Z", "in 8 days"],
    ["2026-11-22T11:00:00Z", "yesterday"],
    ["2026-11-23T11:57:00Z", "3 minutes ago"],
  ])("tells %s in days, not in rounded weeks", (moment, expected) => {
    expect(formatRelative(moment, NOW)).toBe(expected);
  });
});

it("keeps the digits of small amounts that say something", () => {
  expect([0, 12.3, 0.0123, 0.000412].map(formatUsd)).toEqual([
    "$0.00",
    "$12.30",
    "$0.0123",
    "$0.000412",
  ]);
});

it("names the zone of a moment that is not told in the reader's", () => {
  const told = formatInZone("2026-12-01T00:00:00Z", "UTC");
  expect(told).toMatch(/1/);
  expect(told).toMatch(/UTC/);
  expect(formatInZone("2026-11-30T15:00:00Z", "Asia/Tokyo")).toMatch(/Dec/);
});
