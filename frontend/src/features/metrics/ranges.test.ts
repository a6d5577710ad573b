import { expect, it } from "vitest";
import { RANGES, refreshEvery, windowOf } from "./ranges";

const NOW = Date.parse("2026-11-23T12:00:31Z");

it("ends with the step that is filling", () => {
  expect(windowOf("1h", NOW)).toEqual({
    from: "2026-11-23T11:01:00.000Z",
    to: "2026-11-23T12:01:00.000Z",
    step: 60,
  });
});

it.each(RANGES)("asks for about sixty points of %s", (range) => {
  const { from, to, step } = windowOf(range, NOW);
  const points = (Date.parse(to) - Date.parse(from)) / 1000 / step;
  expect(points).toBeGreaterThanOrEqual(48);
  expect(points).toBeLessThanOrEqual(60);
});

it("asks again once a step, at least every minute", () => {
  expect(refreshEvery("15m")).toBe(15_000);
  expect(refreshEvery("7d")).toBe(60_000);
});
