import { describe, expect, it } from "vitest";
import { withFormulas } from "./formulas";

describe("withFormulas", () => {
  it.each([
    ["Einstein: $E = mc^2$.", "Einstein: $$E = mc^2$$."],
    ["Let $x$ be \\(a_1 + b\\).", "Let $$x$$ be $$a_1 + b$$."],
    ["\\[\n\\frac{1}{2}\n\\]", "$$\n\\frac{1}{2}\n$$"],
    ["so \\[ a\n= b \\] holds", "so $$a = b$$ holds"],
    ["$$\nx\n$$", "$$\nx\n$$"],
    ["before\n$$x^2 \\int y$$\nafter", "before\n$$\nx^2 \\int y\n$$\nafter"],
  ])("finds the formula in %j", (text, expected) => {
    expect(withFormulas(text)).toBe(expected);
  });

  it.each([
    "It costs $5 to $10.",
    "Between $5-$10 a month",
    "From US$20 to US$30",
    "echo $HOME and $PATH",
    "Escaped: \\$x^2\\$",
    "A row \\\\[2pt] of TeX, \\\\(not a formula\\\\)",
    "In code `$x^2$` and ``\\(y\\)``",
    "```sh\necho $A_B$ \\(x\\)\n```",
  ])("leaves %j as it is", (text) => {
    expect(withFormulas(text)).toBe(text);
  });

  it("finds the formula after one that was never ended", () => {
    expect(withFormulas("\\[ lost \\(too \\(a_1\\) \\[b\\\\[2pt] c\\]")).toBe(
      "\\[ lost \\(too $$a_1$$ $$b\\\\[2pt] c$$",
    );
  });

  it.each(["\\[ ", "\\( ", "`", "$$a", "`` ` "])("is quick with nothing but %j", (beginning) => {
    const text = `$${beginning.repeat(30_000)}`;
    const began = performance.now();
    withFormulas(text);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
