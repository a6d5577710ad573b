import { afterEach, describe, expect, it, vi } from "vitest";
import { fetched, PAGE_UNREACHABLE } from "./page-code";

const failed = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module"));

afterEach(() => vi.unstubAllGlobals());

describe("fetched", () => {
  it("gives the code of the page", async () => {
    expect(await fetched(Promise.resolve({ Page: 1 }))).toEqual({ Page: 1 });
  });

  it("leaves it to the router when the code is gone and the gateway is not", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response()));
    await expect(fetched(failed())).rejects.toThrow("Failed to fetch dynamically imported module");
  });

  it("says that nobody answers when nobody does", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(fetched(failed())).rejects.toMatchObject({ code: PAGE_UNREACHABLE, status: 0 });
  });
});
