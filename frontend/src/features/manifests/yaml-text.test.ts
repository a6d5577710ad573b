import { describe, expect, it } from "vitest";
import { mergeIntoText, parseText, toText } from "./yaml-text";

describe("parseText", () => {
  it("finds the line of a field, of an item, and of what is missing", () => {
    const { lineOf } = parseText("spec:\n  env:\n    - name: A\n    - name: B\n");
    expect(["spec.env", "spec.env[1].name", "spec.env[1].value", "status"].map(lineOf)).toEqual([
      2, 4, 4, 1,
    ]);
  });

  it.each([
    ["", "This is empty."],
    ["- a\n", "A manifest is a mapping of fields."],
    ["a: 1\n---\nb: 2\n", "One manifest at a time: remove what follows the second '---'."],
    ["a: 1\na: 2\n", "Map keys must be unique at line 2, column 1:"],
  ])("says what is wrong with %j", (text, message) => {
    const parsed = parseText(text);
    expect(parsed.manifest).toBeUndefined();
    expect(parsed.problems[0]?.message).toBe(message);
  });

  it("names the line of a syntax error", () => {
    expect(parseText("a: 1\nb: [\n").problems[0]?.line).toBeGreaterThanOrEqual(2);
  });

  it("does not blow up on aliases that multiply", () => {
    const rows = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let at = 1; at < 8; at += 1) {
      const [name, before] = [String.fromCharCode(97 + at), String.fromCharCode(96 + at)];
      rows.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`);
    }
    const [problem] = parseText(rows.join("\n")).problems;
    expect(problem?.message).toBe("The aliases expand to too much.");
  });
});

describe("round trips", () => {
  it("keep texts of several lines", () => {
    const manifest = {
      spec: { instructions: "One: yes\n  two # not a comment\n\nthree\n", model: "0123" },
    };
    expect(parseText(toText(manifest)).manifest).toEqual(manifest);
  });

  it("merge lists and removals", () => {
    const text = "# top\na: 1 # one\nb: [x, y]\nc:\n  d: 2\n  e: 3 # three\n";
    const merged = mergeIntoText(text, { a: 1, b: ["x"], c: { e: 3 } });
    expect(parseText(merged).manifest).toEqual({ a: 1, b: ["x"], c: { e: 3 } });
    expect(merged).toContain("# top\na: 1 # one");
    expect(merged).toContain("# three");
  });
});
