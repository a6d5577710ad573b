import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Answers, envelope, tellGateway } from "@/test/answers";
import { ADMIN, renderApp } from "@/test/render-app";
import { t } from "./messages";
import STREAM from "./stream/fixtures/complete.sse?raw";

const ID = "0123456789abcdef0123456789abcdef";
const OTHER = "fedcba9876543210fedcba9876543210";
const AGENT = {
  namespace: "default",
  name: "demo",
  model: "demo",
  description: "Small talk",
  suspended: false,
  ready: true,
  reason: "WorkersReady",
  message: "",
  replicas: [],
  spec: {},
  conditions: [],
};
const WAITING = { ...AGENT, name: "slow", model: "slow", ready: false, reason: "SecretNotFound" };
const CONVERSATION = {
  id: ID,
  title: "Adding numbers",
  agent: "demo",
  created_at: "2026-11-23T04:00:00Z",
  updated_at: "2026-11-23T04:00:00Z",
  revision: 0,
};

function gateway(more: Answers = {}): Request[] {
  return tellGateway({
    "GET /api/v1/session": { body: ADMIN },
    "GET /api/v1/agents": { body: { items: [WAITING, AGENT] } },
    "GET /api/v1/conversations": {
      body: { items: [{ ...CONVERSATION, messages: 2 }], next_cursor: null },
    },
    "POST /api/v1/conversations": { status: 201, body: { ...CONVERSATION, messages: 0 } },
    [`GET /api/v1/conversations/${ID}`]: { body: { ...CONVERSATION, messages: [] } },
    [`PUT /api/v1/conversations/${ID}/messages/0`]: { body: { revision: 1 } },
    [`PUT /api/v1/conversations/${ID}/messages/1`]: { body: { revision: 2 } },
    "POST /v1/chat/completions": { body: STREAM },
    ...more,
  });
}

async function ask(app: ReturnType<typeof renderApp>, text: string) {
  const field = await screen.findByRole("textbox", { name: t.composer });
  await waitFor(() => expect(field).toHaveAttribute("placeholder", t.composerPlaceholder("demo")));
  await app.user.type(field, `${text}{Enter}`);
}

describe("a new chat", () => {
  it("asks the agent that is ready, shows its answer, and keeps both", async () => {
    const requests = gateway();
    const app = renderApp("/chat");
    await ask(app, "Add two numbers");
    const answer = await screen.findByRole("article", { name: t.answerOf("demo") });
    await within(answer).findByRole("button", { name: t.copyAnswer });
    expect(answer).toHaveTextContent("45 in · 57 out");
    expect(answer).toHaveTextContent("demo-model");
    expect(app.router.state.location.pathname).toBe(`/chat/${ID}`);
    await waitFor(() => expect(puts(requests)).toHaveLength(2));
  });

  it("tells a used-up budget in the gateway's words, and where to look", async () => {
    const body = envelope("budget_exceeded", "The budget 'all-demos' is used up.");
    gateway({ "POST /v1/chat/completions": { status: 402, body } });
    await ask(renderApp("/chat"), "Hello");
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The budget 'all-demos' is used up.");
    expect(within(alert).getByRole("link", { name: t.failure.budgetNext })).toHaveAttribute(
      "href",
      "/budgets",
    );
    expect(alert).toHaveTextContent("req_test");
  });

  it("counts down until a limit is over", async () => {
    const body = envelope("rate_limit_exceeded", "Too many.");
    const headers = { "retry-after": "30" };
    gateway({ "POST /v1/chat/completions": { status: 429, body, headers } });
    await ask(renderApp("/chat"), "Hello");
    const retry = await screen.findByRole("button", { name: t.retryIn(30) });
    expect(retry).toBeDisabled();
    expect(
      await screen.findByRole("button", { name: t.retryIn(29) }, { timeout: 3000 }),
    ).toBeVisible();
  });
});

describe("a kept conversation", () => {
  const kept = {
    ...CONVERSATION,
    messages: [
      message(0, "user", "What is **2 + 2**?"),
      message(
        1,
        "assistant",
        "It is **4**. <b>raw</b> [x](javascript:alert(1)) ![p](https://e.example/p.png)",
      ),
    ],
  };
  const open = () => {
    const requests = gateway({ [`GET /api/v1/conversations/${ID}`]: { body: kept } });
    return { ...renderApp(`/chat/${ID}`), requests };
  };

  it("shows Markdown, but neither HTML, scripts nor images of elsewhere", async () => {
    open();
    const strong = await screen.findByText("4");
    const answer = strong.closest("article") as HTMLElement;
    expect(answer.querySelector("b, img, script")).toBeNull();
    expect(within(answer).queryByRole("link")).toBeNull();
    expect(answer).toHaveTextContent("<b>raw</b>");
  });

  it("lets the last question be edited with the arrow key, and asks again", async () => {
    const { user, requests } = open();
    const field = await screen.findByRole("textbox", { name: t.composer });
    await user.click(field);
    await user.keyboard("{ArrowUp}");
    const editor = await screen.findByRole("textbox", { name: t.editLabel });
    expect(editor).toHaveFocus();
    await user.clear(editor);
    await user.type(editor, "What is 3 + 3?{Enter}");
    await waitFor(() => expect(chats(requests)).toHaveLength(1));
    expect(await chats(requests)[0]?.json()).toMatchObject({
      model: "demo",
      messages: [{ role: "user", content: "What is 3 + 3?" }],
    });
  });

  it("is deleted only after a question", async () => {
    const { user, requests } = open();
    await user.click(await screen.findByRole("button", { name: t.list.actions("Adding numbers") }));
    await user.click(await screen.findByRole("menuitem", { name: t.list.delete }));
    const dialog = await screen.findByRole("alertdialog");
    expect(requests.some((request) => request.method === "DELETE")).toBe(false);
    await user.click(within(dialog).getByRole("button", { name: t.list.delete }));
    await waitFor(() => expect(requests.some(({ method }) => method === "DELETE")).toBe(true));
  });
});

describe("a conversation that is not saved", () => {
  const question = message(0, "user", "What is 2 + 2?");
  const answer = message(1, "assistant", "It is 4.");
  const detail = (...messages: object[]) => ({ body: { ...CONVERSATION, messages } });
  const put = (position: number) => `PUT /api/v1/conversations/${ID}/messages/${position}`;

  it("keeps the old answer beside the failure of the new one", async () => {
    const requests = gateway({
      [`GET /api/v1/conversations/${ID}`]: detail(question, answer),
      "POST /v1/chat/completions": { status: 503, body: envelope("x", "Later.") },
    });
    const { user } = renderApp(`/chat/${ID}`);
    await user.click(await screen.findByRole("button", { name: t.retry }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Later.");
    expect(screen.getByText("It is 4.")).toBeVisible();
    expect(puts(requests)).toHaveLength(0);
  });

  it("says so quietly, and saves when the gateway is back", async () => {
    let broken = true;
    const save = (revision: number) => () =>
      broken ? { status: 503, body: envelope("x", "Down.") } : { body: { revision } };
    const requests = gateway({ [put(0)]: save(1), [put(1)]: save(2) });
    await ask(renderApp("/chat"), "Hello");
    expect(await screen.findByText(t.save.retrying)).toBeVisible();
    expect(screen.queryByText("Down.")).toBeNull();
    broken = false;
    window.dispatchEvent(new Event("online"));
    await waitFor(() => expect(screen.queryByText(t.save.retrying)).toBeNull());
    const last = puts(requests).slice(-2);
    expect(last.map(({ url, headers }) => [url.slice(-1), headers.get("if-match")])).toEqual([
      ["0", '"0"'],
      ["1", '"1"'],
    ]);
  });

  async function continuedElsewhere() {
    let kept = detail(question, answer);
    const requests = gateway({
      [`GET /api/v1/conversations/${ID}`]: () => kept,
      [put(2)]: () => {
        kept = detail(question, answer, message(2, "user", "Said elsewhere"));
        kept.body.revision = 1;
        return { status: 412, body: envelope("conversation_changed", "It changed.") };
      },
      "POST /api/v1/conversations": {
        status: 201,
        body: { ...CONVERSATION, id: OTHER, messages: 0 },
      },
      ...Object.fromEntries(
        [0, 1, 2, 3].map((at) => [
          `PUT /api/v1/conversations/${OTHER}/messages/${at}`,
          { body: { revision: at + 1 } },
        ]),
      ),
    });
    const app = renderApp(`/chat/${ID}`);
    await ask(app, "Said here");
    expect(await screen.findByText(new RegExp(t.save.changed))).toBeVisible();
    return { ...app, requests };
  }

  it("is reloaded when it was continued elsewhere, and nothing that was typed is lost", async () => {
    const { user } = await continuedElsewhere();
    const field = screen.getByRole("textbox", { name: t.composer });
    await user.type(field, "Not sent yet");
    const reload = screen.getByRole("button", { name: t.save.reload });
    await waitFor(() => expect(reload).toBeEnabled());
    await user.click(reload);
    expect(await screen.findByText("Said elsewhere")).toBeVisible();
    expect(screen.queryByText("Said here")).toBeNull();
    expect(field).toHaveValue("Said here\n\nNot sent yet");
    expect(screen.queryByText(new RegExp(t.save.changed))).toBeNull();
  });

  it("gives back a question that was being edited when it goes away", async () => {
    let kept = detail(question, answer, message(2, "user", "Say more"));
    gateway({ [`GET /api/v1/conversations/${ID}`]: () => kept });
    const { user, queryClient } = renderApp(`/chat/${ID}`);
    await screen.findByText("Say more");
    await user.click(screen.getAllByRole("button", { name: t.edit })[1] as HTMLElement);
    await user.type(screen.getByRole("textbox", { name: t.editLabel }), ", please");
    kept = detail(question, answer);
    kept.body.revision = 1;
    await queryClient.invalidateQueries();
    await waitFor(() => expect(screen.queryByRole("textbox", { name: t.editLabel })).toBeNull());
    const field = screen.getByRole("textbox", { name: t.composer });
    await waitFor(() => expect(field).toHaveValue("Say more, please"));
  });

  it("goes on as a conversation of its own when the reader wants that", async () => {
    const { user, requests, router } = await continuedElsewhere();
    const keep = screen.getByRole("button", { name: t.save.keepMine });
    await waitFor(() => expect(keep).toBeEnabled());
    await user.click(keep);
    await waitFor(() => expect(router.state.location.pathname).toBe(`/chat/${OTHER}`));
    expect(await screen.findByText("Said here")).toBeVisible();
    const copied = () => puts(requests).filter(({ url }) => url.includes(OTHER));
    await waitFor(() => expect(copied()).toHaveLength(4));
  });
});

function message(position: number, role: string, content: string) {
  return {
    position,
    role,
    content,
    status: "complete",
    model: null,
    error: null,
    error_code: null,
    input_tokens: null,
    output_tokens: null,
    cost_usd: null,
    seconds: null,
    request_id: null,
    created_at: "2026-11-23T04:00:00Z",
  };
}

const puts = (requests: Request[]) => requests.filter(({ method }) => method === "PUT");
const chats = (requests: Request[]) => requests.filter(({ url }) => url.endsWith("/completions"));
