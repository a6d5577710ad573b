import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { tellGateway } from "@/test/answers";
import { ADMIN, renderApp } from "@/test/render-app";
import { t } from "../messages";

const ID = "0123456789abcdef0123456789abcdef";
const AT = "2026-11-23T04:00:00Z";
const EMPTY = {
  model: null,
  error: null,
  error_code: null,
  input_tokens: null,
  output_tokens: null,
  cost_usd: null,
  seconds: null,
  request_id: null,
  created_at: AT,
};

/** A kept conversation whose last question was refused. */
function openKept() {
  const messages = [
    { ...EMPTY, position: 0, role: "user", content: "Hello", status: "complete" },
    {
      ...EMPTY,
      position: 1,
      role: "assistant",
      content: "",
      status: "error",
      error: "The budget 'all' is used up. It begins anew at 2026-12-01T00:00:00Z.",
      error_code: "budget_exceeded",
    },
  ];
  tellGateway({
    "GET /api/v1/session": { body: ADMIN },
    "GET /api/v1/agents": { body: { items: [] } },
    "GET /api/v1/conversations": { body: { items: [], next_cursor: null } },
    [`GET /api/v1/conversations/${ID}`]: {
      body: {
        id: ID,
        title: "Hello",
        agent: "now",
        created_at: AT,
        updated_at: AT,
        revision: 2,
        messages,
      },
    },
  });
  renderApp(`/chat/${ID}`);
}

describe("a kept answer", () => {
  it("is not ascribed to the agent that would answer now", async () => {
    openKept();
    expect(await screen.findByRole("article", { name: t.answer })).toBeVisible();
    expect(screen.queryByRole("article", { name: t.answerOf("now") })).toBeNull();
  });

  it("tells why it failed without calling out: that is no news", async () => {
    openKept();
    expect(await screen.findByRole("note")).toHaveTextContent(t.failure.budget);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("tells moments in the reader's time", async () => {
    openKept();
    const note = await screen.findByRole("note");
    expect(note).toHaveTextContent(/It begins anew at .*2026/);
    expect(note).not.toHaveTextContent("T00:00:00Z");
  });
});
