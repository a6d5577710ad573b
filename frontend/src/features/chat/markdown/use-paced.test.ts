import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { STEP, usePaced } from "./use-paced";

function paced(text: string, growing: boolean) {
  const seen: number[] = [];
  const hook = renderHook(
    (given: string) => {
      const shown = usePaced(given, growing);
      seen.push(shown.length);
      return shown;
    },
    { initialProps: text },
  );
  return { ...hook, seen };
}

describe("usePaced", () => {
  it("shows what comes slowly at once", () => {
    const { result, rerender } = paced("", true);
    for (let length = 0; length < 3 * STEP; length += 100) {
      rerender("x".repeat(length));
      expect(result.current).toHaveLength(length);
    }
  });

  it("shows a burst step by step, and all of it", async () => {
    const { result, rerender, seen } = paced("", true);
    await act(async () => rerender("x".repeat(10 * STEP + 7)));
    expect(result.current).toHaveLength(10 * STEP + 7);
    const steps = seen.map((length, at) => length - (seen[at - 1] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(STEP);
  });

  it("holds nothing back of what was whole", () => {
    expect(paced("x".repeat(10 * STEP), false).seen[0]).toBe(10 * STEP);
  });

  it("follows a text that begins anew", async () => {
    const { result, rerender } = paced("", true);
    await act(async () => rerender("x".repeat(5 * STEP)));
    await act(async () => rerender("new"));
    expect(result.current).toBe("new");
  });
});
