import { QueryObserver } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { threadsOf } from "@/features/chat/thread/threads";
import { t } from "@/messages/common";
import { envelope, tellGateway } from "@/test/answers";
import { ADMIN } from "@/test/render-app";
import { createQueryClient } from "./query-client";
import { lookAgain, openAs, sessionQuery } from "./session";

const client = () => createQueryClient(() => undefined);
const named = (name: string) => ({ ...ADMIN, name }) as never;

describe("the session", () => {
  it.each([
    ["there is none", { status: 204 }],
    ["it has ended", { status: 401, body: envelope("session_ended", "Over.") }],
  ])("is null when %s", async (_why, answer) => {
    tellGateway({ "GET /api/v1/session": answer });
    expect(await client().fetchQuery(sessionQuery)).toBeNull();
  });

  it("forgets all of A when another tab has signed in as B", async () => {
    const queryClient = client();
    openAs(queryClient, named("a"));
    queryClient.setQueryData(["keys"], "those of A");
    const shown = new QueryObserver(queryClient, {
      queryKey: ["conversations"],
      queryFn: () => new Promise(() => undefined),
    });
    queryClient.setQueryData(["conversations"], "those of A");
    const unsubscribe = shown.subscribe(() => undefined);
    const thread = threadsOf(queryClient).begin("1", "demo");
    const closed = vi.spyOn(thread, "close");
    tellGateway({ "GET /api/v1/session": { body: named("b") } });
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    expect(queryClient.getQueryData(sessionQuery.queryKey)?.name).toBe("b");
    expect(queryClient.getQueryData(["keys"])).toBeUndefined();
    expect(threadsOf(queryClient).get("1")).toBeUndefined();
    expect(closed).toHaveBeenCalled();
    expect(shown.getCurrentResult().data).toBeUndefined();
    unsubscribe();
  });

  it("leaves what is open to its caller when it ends, and says why", async () => {
    const queryClient = client();
    openAs(queryClient, named("a"));
    const over = { status: 401, body: envelope("session_ended", "The key was revoked.") };
    tellGateway({ "GET /api/v1/session": over });
    await lookAgain(queryClient);
    expect(queryClient.getQueryData(sessionQuery.queryKey)?.name).toBe("a");
    expect(queryClient.getQueryData(["session", "end"])).toBe("The key was revoked.");
    // With that answer the cookie went: whoever asks next is told of no session at all.
    tellGateway({ "GET /api/v1/session": { status: 204 } });
    await lookAgain(queryClient);
    expect(queryClient.getQueryData(["session", "end"])).toBe("The key was revoked.");
    tellGateway({ "GET /api/v1/session": { body: named("a") } });
    await lookAgain(queryClient);
    expect(queryClient.getQueryData(["session", "end"])).toBeNull();
  });

  it("blames another tab when nobody says why it is gone", async () => {
    const queryClient = client();
    openAs(queryClient, named("a"));
    tellGateway({ "GET /api/v1/session": { status: 204 } });
    await lookAgain(queryClient);
    expect(queryClient.getQueryData(["session", "end"])).toBe(t.signedOut);
  });

  it("keeps what it has when it is the same caller", async () => {
    const queryClient = client();
    openAs(queryClient, named("a"));
    queryClient.setQueryData(["keys"], "those of A");
    tellGateway({ "GET /api/v1/session": { body: named("a") } });
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    expect(queryClient.getQueryData(["keys"])).toBe("those of A");
  });
});
