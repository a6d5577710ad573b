import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/styles/theme.css", "utf8");

const TEXT = 4.5;
const SHAPE = 3;

/** Foreground, the surfaces it stands on, and the contrast that it needs there. */
const PAIRS: readonly [string, readonly string[], number][] = [
  ["foreground", ["background", "card", "popover", "sidebar", "muted", "secondary"], TEXT],
  ["muted-foreground", ["background", "card", "popover", "sidebar", "muted", "accent"], TEXT],
  ["accent-foreground", ["accent"], TEXT],
  ["primary-foreground", ["primary", "primary-hover"], TEXT],
  ["destructive-foreground", ["destructive", "destructive-hover"], TEXT],
  ["primary", ["background", "card"], TEXT],
  ["destructive", ["destructive-soft", "card", "popover"], TEXT],
  ["success", ["success-soft", "card"], TEXT],
  ["warning", ["warning-soft", "card"], TEXT],
  ["info", ["info-soft"], TEXT],
  ["success", ["muted"], TEXT],
  ["destructive", ["muted"], TEXT],
  ...["keyword", "string", "number", "title", "type", "attribute"].map(
    (kind): [string, string[], number] => [`code-${kind}`, ["muted"], TEXT],
  ),
  ["foreground", ["warning-soft", "destructive-soft"], TEXT],
  ["input", ["card", "background"], SHAPE],
  ["ring", ["card", "background", "sidebar"], SHAPE],
  ...[1, 2, 3, 4, 5, 6].map((n): [string, string[], number] => [`chart-${n}`, ["card"], SHAPE]),
];

function colours(selector: string): Map<string, string> {
  const block = css.split(`${selector} {`)[1]?.split("}")[0] ?? "";
  const found = block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g);
  return new Map([...found].map(([, name = "", value = ""]) => [name, value]));
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([":root", ".dark"])("the colours of %s", (selector) => {
  const theme = colours(selector);
  const cases = PAIRS.flatMap(([front, backs, least]) =>
    backs.map((back) => [front, back, least] as const),
  );

  it.each(cases)("%s can be read on %s (%f : 1)", (front, back, least) => {
    const ratio = contrast(theme.get(front) ?? "", theme.get(back) ?? "");
    expect(ratio).toBeGreaterThanOrEqual(least);
  });
});
