import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { t } from "../../messages";
import Markdown from "../markdown";
import { Colourist, type Tokeniser } from "./colourist";
import { tokenise } from "./tokenise";
import type { Code } from "./tokens";
import { ColouristContext } from "./use-tokens";

const CODE = 'const a = "<b>";\n\nreturn a;\n';
const OPEN = `\`\`\`ts\n${CODE}`;
const CLOSED = `${OPEN}\`\`\`\n`;

/** Text with this before its first line, and that before all others. */
const within = (first: string, others: string, text: string) =>
  first + text.replaceAll("\n", `\n${others}`);

/** The worker's work, in the thread of the test. */
function colouristHere() {
  const asked: string[] = [];
  const here: Tokeniser = {
    onmessage: null,
    onerror: null,
    terminate: () => undefined,
    postMessage: (code: Code) => {
      asked.push(code.text);
      const answer = new MessageEvent("message", { data: tokenise(code) });
      queueMicrotask(() => here.onmessage?.call(here as Worker, answer));
    },
  };
  return { asked, colourist: new Colourist(() => here) };
}

function show(text: string, streaming = false) {
  const { asked, colourist } = colouristHere();
  const page = (shown: string, more: boolean) => (
    <ColouristContext value={colourist}>
      <Markdown text={shown} streaming={more} />
    </ColouristContext>
  );
  const { container, rerender } = render(page(text, streaming));
  const code = () => container.querySelector("pre")?.textContent;
  const coloured = (kind: string) =>
    [...container.querySelectorAll(`pre .text-code-${kind}`)].map((part) => part.textContent);
  return { asked, code, coloured, grow: (to: string, more: boolean) => rerender(page(to, more)) };
}

const settle = () => act(() => vi.advanceTimersByTimeAsync(1000));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("code of a language that is known", () => {
  it("is plain at first, and coloured then", async () => {
    const { code, coloured } = show(CLOSED);
    expect([code(), coloured("keyword")]).toEqual([CODE, []]);
    await settle();
    expect(coloured("keyword")).toEqual(["const", "return"]);
    expect(coloured("string")).toEqual(['"<b>"']);
    expect(code()).toBe(CODE);
  });

  it.each([
    ["by itself", "", ""],
    ["in a list", "1. One\n\n    ", "    "],
    ["in a list of a list", "- One\n  - Two\n\n      ", "      "],
    ["behind a bullet", "- ", "  "],
    ["in a quote", "> ", "> "],
    ["in a quote of a list", "- One\n\n  > ", "  > "],
  ])("%s waits while its fence is open, and is read once", async (_, first, others) => {
    const open = within(first, others, `${OPEN}\`\``);
    const { asked, coloured, grow } = show(first, true);
    for (let end = first.length; end <= open.length; end += 1) {
      grow(open.slice(0, end), true);
      await settle();
    }
    expect(asked).toEqual([]);
    const closed = within(first, others, CLOSED);
    grow(closed, true);
    await settle();
    expect(asked).toEqual([CODE]);
    grow(`${closed}\n\nAnd more.`, true);
    grow(`${closed}\n\nAnd more.`, false);
    await settle();
    expect(asked).toEqual([CODE]);
    expect(coloured("keyword")).toEqual(["const", "return"]);
  });

  it("does not wait for code that comes later in the same list", async () => {
    const { asked } = show(within("- ", "  ", `${CLOSED}\n${OPEN}`), true);
    await settle();
    expect(asked).toEqual([CODE]);
  });

  it("is coloured at the end of the answer though its fence was never closed", async () => {
    const { coloured, grow } = show(OPEN, true);
    await settle();
    expect(coloured("keyword")).toEqual([]);
    grow(OPEN, false);
    await settle();
    expect(coloured("keyword")).toEqual(["const", "return"]);
  });

  it("is copied as it was written", async () => {
    show(CLOSED);
    await settle();
    vi.useRealTimers();
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: t.copyCode }));
    expect(await navigator.clipboard.readText()).toBe(CODE);
  });
});

describe("code that stays plain", () => {
  it.each([
    ["of no language", "```\nconst a\n```"],
    ["of an unknown one", "```brainf\nconst a\n```"],
    ["that is very long", `\`\`\`ts\n${"const a = 1;\n".repeat(2000)}\`\`\``],
  ])("%s is read by nobody", async (_, text) => {
    const { asked, code } = show(text);
    await settle();
    expect(asked).toEqual([]);
    expect(code()).toContain("const a");
  });
});
