import { describe, expect, it } from "vitest";
import {
  formatInZone,
  formatPercent,
  formatRelative,
  formatSeconds,
  formatUsd,
  localeFor,
} from "./format";

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
    ["2026-11-23T11:00:20Z", "1 hour ago"],
    ["2026-11-22T12:20:00Z", "yesterday"],
    ["2026-11-23T12:00:59.7Z", "in 1 minute"],
  ])("tells %s in days, not in rounded weeks", (moment, expected) => {
    expect(formatRelative(moment, NOW)).toBe(expected);
  });
});

describe("formatSeconds", () => {
  it.each([
    [0.84, "840 ms"],
    [0.9996, "1.0 s"],
    [2.44, "2.4 s"],
    [59.94, "59.9 s"],
    [59.97, "1 min 0 s"],
    [72, "1 min 12 s"],
    [119.7, "2 min 0 s"],
  ])("tells %d as %s", (seconds, expected) => {
    expect(formatSeconds(seconds)).toBe(expected);
  });
});

describe("formatPercent", () => {
  it.each([
    [0, "0 %"],
    [0.3, "< 1 %"],
    [1, "1 %"],
    [12.4, "12 %"],
    [99.6, "> 99 %"],
    [100, "100 %"],
    [120, "120 %"],
  ])("tells %d as %s", (percent, expected) => {
    expect(formatPercent(percent)).toBe(expected);
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
