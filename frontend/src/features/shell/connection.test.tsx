import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api-error";
import { PROBE_MS } from "./connection";
import { ConnectionNotice } from "./connection-notice";

afterEach(() => vi.restoreAllMocks());

function shown(): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <ConnectionNotice />
    </QueryClientProvider>,
  );
  return client;
}

const ask = (client: QueryClient, queryFn: () => Promise<unknown>) =>
  act(() => client.fetchQuery({ queryKey: ["any"], queryFn }).catch(() => undefined));

describe("ConnectionNotice", () => {
  it("is silent while the gateway answers, also with a refusal", async () => {
    const client = shown();
    await ask(client, () => Promise.resolve(1));
    const refused = new ApiError({ status: 403, code: "forbidden", message: "No" });
    await ask(client, () => Promise.reject(refused));
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });

  it("tells that the gateway cannot be reached, until it answers again", async () => {
    const client = shown();
    await ask(client, () => Promise.reject(new TypeError("Failed to fetch")));
    expect(screen.getByRole("status")).toHaveTextContent("The gateway cannot be reached.");
    await ask(client, () => Promise.resolve(1));
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });

  it.each([
    ["tells that the reader is offline", false, /^You are offline\./],
    ["is silent without a network while the gateway of this machine answers", true, /^$/],
  ])("%s", async (_, served, notice) => {
    shown();
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    const asked = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(() =>
        served ? Promise.resolve(new Response()) : Promise.reject(new TypeError("Failed to fetch")),
      );
    await act(async () => void window.dispatchEvent(new Event("offline")));
    expect(asked).toHaveBeenCalledOnce();
    expect(screen.getByRole("status").textContent).toMatch(notice);
    // The tests of other files are in the same window, and ask nothing while it is offline.
    await act(async () => void window.dispatchEvent(new Event("online")));
  });

  it("tries whether the gateway is back, also on a page that asks nothing", async () => {
    vi.useFakeTimers();
    let served = false;
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
      if (!served) throw new TypeError("Failed to fetch");
      return new Response();
    });
    shown();
    const notice = screen.getByRole("status");
    await act(async () => void window.dispatchEvent(new Event("online")));
    expect(notice).toHaveTextContent("The gateway cannot be reached.");
    served = true;
    await act(() => vi.advanceTimersByTimeAsync(PROBE_MS));
    expect(notice).toBeEmptyDOMElement();
    vi.useRealTimers();
  });

  it("goes by the last question, not by the last answer", async () => {
    const answers: ((served: boolean) => void)[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(
      () =>
        new Promise((resolve, reject) => {
          answers.push((served) =>
            served ? resolve(new Response()) : reject(new TypeError("no")),
          );
        }),
    );
    shown();
    act(() => void window.dispatchEvent(new Event("offline")));
    act(() => void window.dispatchEvent(new Event("online")));
    await act(async () => answers[1]?.(true));
    await act(async () => answers[0]?.(false));
    expect(answers).toHaveLength(2);
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });
});
