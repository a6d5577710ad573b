import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { useTyped } from "./use-typed";

const ROUTER_MS = 120;

interface FieldProps {
  told: (text: string) => void;
  outside: { put: (text: string) => void };
  usable?: ((text: string) => boolean) | undefined;
}

/** Keeps a text as the router keeps an address: a while after it was told. */
function Field({ told, outside, usable }: FieldProps) {
  const [kept, setKept] = useState("");
  outside.put = setKept;
  const keep = (text: string) => {
    told(text);
    setTimeout(() => setKept(text), ROUTER_MS);
  };
  const { text, type, reset } = useTyped(kept, keep, usable);
  return (
    <>
      <input value={text} onChange={(event) => type(event.target.value)} />
      <button type="button" onClick={reset}>
        Reset
      </button>
      <output>{kept}</output>
    </>
  );
}

function field(usable?: (text: string) => boolean) {
  const told = vi.fn();
  const outside = { put: (_: string) => {} };
  render(<Field told={told} outside={outside} usable={usable} />);
  const input = screen.getByRole<HTMLInputElement>("textbox");
  return { input, told, outside, user: userEvent.setup() };
}

const kept = (text: string) =>
  vi.waitFor(() => expect(screen.getByRole("status").textContent).toBe(text));

it("shows what is typed at once, in the middle too, and keeps it once it rests", async () => {
  const { input, told, user } = field();
  await user.type(input, "anr");
  await kept("anr");
  await user.type(input, "cho", { initialSelectionStart: 2, initialSelectionEnd: 2 });
  expect(input.value).toBe("anchor");
  expect(input.selectionStart).toBe(5);
  await kept("anchor");
  expect(told.mock.calls).toEqual([["anr"], ["anchor"]]);
});

it("does not take its own text, coming back late, for somebody else's", async () => {
  const { input, told, user } = field();
  await user.type(input, "a");
  await vi.waitFor(() => expect(told).toHaveBeenCalledWith("a"));
  await user.type(input, "b");
  await kept("a");
  expect(input.value).toBe("ab");
  await kept("ab");
});

it("shows what somebody else has put there", async () => {
  const { input, outside, user } = field();
  await user.type(input, "sea");
  await kept("sea");
  await user.type(input, "side");
  act(() => outside.put(""));
  expect(input.value).toBe("");
  act(() => outside.put("sea"));
  expect(input.value).toBe("sea");
});

it("keeps nothing that is of no use, and can drop it", async () => {
  const { input, told, user } = field((text) => text.length > 2);
  await user.type(input, "one");
  await kept("one");
  await user.type(input, "{Backspace}");
  await new Promise((done) => setTimeout(done, 400));
  expect(told).toHaveBeenCalledTimes(1);
  await user.click(screen.getByRole("button", { name: "Reset" }));
  expect(input.value).toBe("one");
});
