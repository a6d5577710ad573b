import { describe, expect, it } from "vitest";
import { curlSnippet, javascriptSnippet, pythonSnippet, terminalSnippet } from "./snippets";

const ORIGIN = "https://agents.example.com";
const ALL = [curlSnippet, pythonSnippet, javascriptSnippet, terminalSnippet];

describe("snippets", () => {
  it.each(ALL)("%o names the gateway and the agent, and no key", (snippet) => {
    const text = snippet(ORIGIN, "team-a/poet");
    expect(text).toContain(ORIGIN);
    expect(text).toContain("team-a/poet");
    expect(text).not.toContain("qd_");
  });

  it("sends curl's body as JSON", () => {
    const body = /-d '(.*)'$/.exec(curlSnippet(ORIGIN, "poet"))?.[1] ?? "";
    expect(JSON.parse(body)).toMatchObject({ model: "poet", stream: true });
  });
});
