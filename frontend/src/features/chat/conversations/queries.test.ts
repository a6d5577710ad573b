import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { envelope, tellGateway } from "@/test/answers";
import { conversationQuery, keepMessage, refreshConversations } from "./queries";

const FAILED = {
  role: "assistant",
  content: "",
  status: "error",
  error: "The budget is spent.",
  error_code: "budget_exceeded",
} as const;

afterEach(() => vi.unstubAllGlobals());

describe("keepMessage", () => {
  it("leaves the code out for a gateway of a release that does not know it", async () => {
    const bodies: unknown[] = [];
    tellGateway({
      "PUT /api/v1/conversations/conv_1/messages/1": async (request) => {
        const body: object = await request.json();
        bodies.push(body);
        if (!("error_code" in body)) return { body: { revision: 3 } };
        const refused = envelope("invalid_request", "It is not known.", { param: "error_code" });
        return { status: 422, body: refused };
      },
    });
    const { error_code: _, ...rest } = FAILED;
    expect(await keepMessage("conv_1", 1, FAILED, 2)).toBe(3);
    expect(bodies).toEqual([FAILED, rest]);
  });

  it("tells any other refusal", async () => {
    const refused = envelope("conversation_changed", "It has changed.");
    const requests = tellGateway({
      "PUT /api/v1/conversations/conv_1/messages/1": { status: 412, body: refused },
    });
    await expect(keepMessage("conv_1", 1, FAILED, 2)).rejects.toThrow("It has changed.");
    expect(requests).toHaveLength(1);
  });
});

describe("refreshConversations", () => {
  it("does not take the first answer for what it is after the change", async () => {
    const answers: ((revision: number) => void)[] = [];
    tellGateway({
      "GET /api/v1/conversations/conv_1": () =>
        new Promise((resolve) =>
          answers.push((revision) => resolve({ body: { id: "conv_1", revision } })),
        ),
    });
    const queryClient = new QueryClient();
    const { queryKey } = conversationQuery("conv_1");
    const stop = new QueryObserver(queryClient, conversationQuery("conv_1")).subscribe(() => null);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    const refreshed = refreshConversations(queryClient, "conv_1");
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[0]?.(1);
    answers[1]?.(2);
    await refreshed;
    expect(queryClient.getQueryData(queryKey)?.revision).toBe(2);
    stop();
  });
});
