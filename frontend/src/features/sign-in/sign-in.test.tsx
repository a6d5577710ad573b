import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { envelope, tellGateway } from "@/test/answers";
import { ADMIN, renderApp } from "@/test/render-app";
import { t } from "./messages";
import { localPath } from "./next-page";

const NOBODY = { status: 401, body: envelope("invalid_api_key", "No key.") };

async function type(key: string, answer: Parameters<typeof tellGateway>[0][string]) {
  const requests = tellGateway({
    "GET /api/v1/session": NOBODY,
    "POST /api/v1/session": answer,
    "GET /api/v1/agents": { body: { items: [] } },
    "GET /api/v1/conversations": { body: { items: [], next_cursor: null } },
  });
  const app = renderApp("/sign-in");
  const field = await screen.findByLabelText(t.key);
  if (key) await app.user.type(field, key);
  await app.user.click(screen.getByRole("button", { name: t.submit }));
  return { ...app, requests };
}

describe("the sign-in", () => {
  it("opens a session with the key, and goes to the chat without it", async () => {
    const { requests, router } = await type("qd_secret", { body: ADMIN });
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat"));
    const sent = requests.find((request) => request.method === "POST");
    expect(await sent?.json()).toEqual({ key: "qd_secret" });
    expect(document.body.innerHTML).not.toContain("qd_secret");
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("qd_secret");
  });

  it("says when the gateway does not know the key", async () => {
    await type("qd_wrong", NOBODY);
    expect(await screen.findByRole("alert")).toHaveTextContent(t.wrong);
    expect(screen.getByLabelText(t.key)).toBeInvalid();
  });

  it("says how long to wait after too many wrong keys", async () => {
    const body = envelope("too_many_failed_attempts", "Too many.");
    await type("qd_wrong", { status: 429, body, headers: { "retry-after": "42" } });
    expect(await screen.findByRole("alert")).toHaveTextContent(t.throttled(42));
  });

  it("asks for a key before it asks the gateway", async () => {
    const { requests } = await type("", NOBODY);
    expect(await screen.findByRole("alert")).toHaveTextContent(t.missing);
    expect(requests.some((request) => request.method === "POST")).toBe(false);
  });

  it("is where everybody begins who is not signed in", async () => {
    tellGateway({ "GET /api/v1/session": NOBODY });
    const { router } = renderApp("/keys");
    await screen.findByLabelText(t.key);
    expect(router.state.location.search).toEqual({ next: "/keys" });
  });
});

describe("localPath", () => {
  it.each([
    ["/agents?namespace=a#x", "/agents?namespace=a#x"],
    [undefined, "/chat"],
    ["https://elsewhere.example/", "/chat"],
    ["//elsewhere.example/", "/chat"],
    ["/\\elsewhere.example/", "/chat"],
    ["/sign-in?next=/sign-in", "/chat"],
  ])("of %s is %s", (next, path) => expect(localPath(next)).toBe(path));
});
