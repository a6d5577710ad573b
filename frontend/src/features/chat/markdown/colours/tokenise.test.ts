import { describe, expect, it } from "vitest";
import { LANGUAGES, type Language, languageNamed } from "./languages";
import { tokenise } from "./tokenise";
import type { Kind } from "./tokens";

const of = (language: Language, text: string) => tokenise({ language, text });

/** The texts of one kind. */
const texts = (language: Language, text: string, kind: Kind) =>
  of(language, text)
    .filter((token) => token.kind === kind)
    .map((token) => token.text.trim());

const ODD = '<b>&amp;</b>\r\n\t`#{x}` "unclosed 🦜 \\u0000 /* -- # {{ ]]> \n\n';

describe("tokenise", () => {
  it.each([
    ["python", "def f(x):\n    return 1  # why", "keyword", ["def", "return"]],
    ["python", "def f(x):\n    return 1  # why", "comment", ["# why"]],
    ["python", 'f"b {c} d"', "string", ['f"b', 'd"']],
    ["typescript", "type A = string;", "keyword", ["type"]],
    ["json", '{"a": true, "b": 2}', "attribute", ['"a"', '"b"']],
    ["yaml", "name: web  # the front", "attribute", ["name:"]],
    ["bash", "for x in *; do echo hi; done", "keyword", ["for", "in", "do", "done"]],
    ["shell", "$ ls -l\ntotal 0", "attribute", ["$"]],
    ["sql", "SELECT name FROM agents WHERE id = 7", "keyword", ["SELECT", "FROM", "WHERE"]],
    ["go", "func main() { return }", "title", ["main"]],
    ["xml", '<a href="/x">text</a>', "string", ['"/x"']],
    ["css", ".card { color: red }", "title", [".card"]],
    ["diff", "-old\n+new\n same", "added", ["+new"]],
    ["diff", "-old\n+new\n same", "removed", ["-old"]],
    ["dockerfile", "FROM python:3.11\nRUN make", "keyword", ["FROM", "RUN"]],
  ] as const)("knows of %s in %j each %s", (language, text, kind, expected) => {
    expect(texts(language, text, kind)).toEqual(expected);
  });

  it.each(LANGUAGES)("gives the very text of %s back, whatever it is", (language) => {
    const back = (text: string) => of(language, text).map((token) => token.text);
    expect(back(ODD.repeat(20)).join("")).toBe(ODD.repeat(20));
    expect(back("").join("")).toBe("");
  });
});

describe("code that is hard to read", () => {
  it("may be nested very deep", () => {
    const text = `${"`${".repeat(20_000)}"in"`;
    const tokens = of("javascript", text);
    expect(tokens.at(-1)).toEqual({ text: '"in"', kind: "string" });
    expect(tokens.map((token) => token.text).join("")).toBe(text);
  });

  it("is one plain part when its grammar fails", () => {
    const language = "of the future" as Language;
    expect(of(language, "let it be")).toEqual([{ text: "let it be" }]);
  });
});

describe("languageNamed", () => {
  it.each([
    ["PY", "python"],
    ["tsx", "typescript"],
    ["sh", "bash"],
    ["console", "shell"],
    ["html", "xml"],
    ["yml", "yaml"],
    ["c++", "cpp"],
  ])("takes %s for %s", (name, language) => {
    expect(languageNamed(name)).toBe(language);
  });

  it.each(["", "text", "mermaid", "constructor", "__proto__"])("does not know %j", (name) => {
    expect(languageNamed(name)).toBeUndefined();
  });
});
