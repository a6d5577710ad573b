import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { type Agent, agentsQuery } from "@/lib/agents";
import { tellGateway } from "@/test/answers";
import { ADMIN, renderApp } from "@/test/render-app";
import { t } from "./messages";
import { type Choice, nextChoice } from "./use-agent-choice";

const ID = "0123456789abcdef0123456789abcdef";
const LAST = "quarterdeck.agent";
const NOTHING: Choice = { agent: undefined, asked: undefined };

function agents(...ready: string[]): Agent[] {
  return ["alpha", "beta"].map((name) => ({
    namespace: "default",
    name,
    model: name,
    description: "",
    suspended: false,
    ready: ready.includes(name),
    reason: "WorkersReady",
    message: "",
    replicas: [],
    spec: {},
    conditions: [],
  })) as unknown as Agent[];
}

afterEach(() => localStorage.removeItem(LAST));

describe("nextChoice", () => {
  it.each([
    ["the last one used, if it is ready", agents("alpha", "beta"), "beta", "beta"],
    ["else one that is ready", agents("beta"), "alpha", "beta"],
    ["else any", agents(), null, "alpha"],
    ["none while none is known", [], "beta", undefined],
  ])("begins with %s", (_which, known, last, agent) => {
    expect(nextChoice(NOTHING, undefined, known, last).agent).toBe(agent);
  });

  it("stays whatever becomes of the agents", () => {
    const first = nextChoice(NOTHING, undefined, agents("alpha", "beta"), "beta");
    expect(nextChoice(first, undefined, agents("alpha"), "beta")).toBe(first);
    expect(nextChoice(first, undefined, [], "alpha")).toBe(first);
  });

  it("follows an address that asks for another one, and keeps it afterwards", () => {
    const asked = nextChoice({ agent: "alpha", asked: undefined }, "beta", agents(), null);
    expect(asked.agent).toBe("beta");
    expect(nextChoice(asked, undefined, agents("alpha"), "alpha").agent).toBe("beta");
  });
});

describe("the agent of a new chat", () => {
  function open(path: string) {
    tellGateway({
      "GET /api/v1/session": { body: ADMIN },
      "GET /api/v1/agents": { body: { items: agents("alpha", "beta") } },
      "GET /api/v1/conversations": { body: { items: [], next_cursor: null } },
      "POST /api/v1/conversations": { status: 201, body: { id: ID, agent: "beta", messages: 0 } },
    });
    return renderApp(path);
  }
  const field = () => screen.findByRole("textbox", { name: t.composer });
  const isFor = async (agent: string) =>
    expect(await field()).toHaveAttribute("placeholder", t.composerPlaceholder(agent));

  it("does not change under what is being typed when it is not ready any more", async () => {
    localStorage.setItem(LAST, "beta");
    const { user, queryClient } = open("/chat");
    await waitFor(() => isFor("beta"));
    await user.type(await field(), "Half a quest");
    act(() => {
      queryClient.setQueryData(agentsQuery.queryKey, { items: agents("alpha") } as never);
    });
    await isFor("beta");
    expect(await field()).toHaveValue("Half a quest");
  });

  it("is the one that a link asks for, also after another one was picked", async () => {
    const { user, router } = open("/chat?agent=beta");
    await waitFor(() => isFor("beta"));
    await user.click(screen.getByRole("combobox", { name: /^Agent/ }));
    await user.click(await screen.findByRole("option", { name: /alpha/ }));
    await waitFor(() => isFor("alpha"));
    await waitFor(() => expect(router.state.location.search).toEqual({ agent: "alpha" }));
    await act(() => router.navigate({ to: "/chat", search: { agent: "beta" } }));
    await waitFor(() => isFor("beta"));
  });

  it("counts as the last one used when a link asked for it", async () => {
    const { user } = open("/chat?agent=beta");
    await waitFor(() => isFor("beta"));
    await user.type(await field(), "Hello{Enter}");
    await waitFor(() => expect(localStorage.getItem(LAST)).toBe("beta"));
  });
});
