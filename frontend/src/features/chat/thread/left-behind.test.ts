import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { envelope, tellGateway } from "@/test/answers";
import type { ConversationDetail } from "../conversations/queries";
import { asLastWritten, type LeftBehind, leaveBehind, notStored, pickUp } from "./left-behind";
import { threadsOf } from "./threads";

const question = { role: "user", content: "One", status: "complete" } as const;
const half = { role: "assistant", content: "Half an", status: "stopped" } as const;
const LEFT: LeftBehind = { position: 1, revision: 4, messages: [half] };

const clients: QueryClient[] = [];
function threads() {
  const client = new QueryClient();
  clients.push(client);
  return { client, threads: threadsOf(client) };
}
afterEach(() => {
  for (const each of clients.splice(0)) each.clear();
  sessionStorage.clear();
});

const kept = (messages: readonly object[], revision: number) =>
  ({ id: "1", agent: "demo", title: "", messages, revision }) as unknown as ConversationDetail;

describe("notStored", () => {
  it("is what follows what the gateway has", () => {
    expect(notStored(LEFT, { messages: [question], revision: 4 })).toBe(LEFT);
  });

  it("is what replaces what the gateway has, if nobody wrote since", () => {
    const longer = [question, { ...half, content: "Another" }, question];
    expect(notStored(LEFT, { messages: longer, revision: 4 })).toBe(LEFT);
    expect(notStored(LEFT, { messages: longer, revision: 5 })).toBeNull();
  });

  it("is all of it when a part has arrived since", () => {
    const both = { position: 0, revision: 0, messages: [question, half] };
    expect(notStored(both, { messages: [], revision: 0 })).toBe(both);
    expect(notStored(both, { messages: [question], revision: 1 })).toBe(both);
  });

  it("is nothing when all has arrived, or the conversation is another one", () => {
    expect(notStored(LEFT, { messages: [question, half], revision: 5 })).toBeNull();
    expect(notStored(LEFT, { messages: [], revision: 4 })).toBeNull();
    const elsewhere = [question, { ...half, content: "Said in another tab" }];
    expect(notStored(LEFT, { messages: elsewhere, revision: 5 })).toBeNull();
    expect(notStored(null, { messages: [question], revision: 4 })).toBeNull();
  });
});

describe("an answer that is too long for the last write of a page", () => {
  const long: LeftBehind = {
    position: 1,
    revision: 4,
    messages: [{ ...half, content: "word ".repeat(20_000) }],
  };
  const [cut] = asLastWritten(long);

  it("is whole again when what was cut of it has arrived", () => {
    expect(cut?.content.length).toBeLessThan(61 * 1024);
    expect(notStored(long, { messages: [question, cut ?? question], revision: 5 })).toBe(long);
  });

  it("is no change of somebody else when that arrives late", async () => {
    const put = "PUT /api/v1/conversations/1/messages/1";
    const requests = tellGateway({
      [put]: (request) =>
        request.headers.get("if-match") === '"5"'
          ? { body: { revision: 6 } }
          : { status: 412, body: envelope("conversation_changed", "It changed.") },
      "GET /api/v1/conversations/1": { body: kept([question, cut ?? question], 5) },
    });
    leaveBehind("1", long);
    const thread = threads().threads.resume(kept([question], 4));
    await vi.waitFor(() => expect(thread.idle).toBe(true));
    expect(thread.snapshot().saving).toBeUndefined();
    expect(await requests.at(-1)?.json()).toMatchObject({ content: long.messages[0]?.content });
  });
});

describe("a conversation that is loaded anew", () => {
  it("goes on with what was left behind, and has it kept", async () => {
    const put = "PUT /api/v1/conversations/1/messages/1";
    const requests = tellGateway({ [put]: { body: { revision: 5 } } });
    leaveBehind("1", LEFT);
    const { threads: open } = threads();
    const detail = kept([question], 4);
    const thread = open.resume(detail);
    open.refresh(detail);
    expect(thread.snapshot().messages[1]).toMatchObject({ content: "Half an", status: "stopped" });
    await vi.waitFor(() => expect(thread.idle).toBe(true));
    expect(requests[0]?.headers.get("if-match")).toBe('"4"');
    expect(await requests[0]?.json()).toMatchObject(half);
    expect(pickUp("1")).toBeNull();
  });

  it("is as the gateway has it when that is newer", () => {
    leaveBehind("1", LEFT);
    const { threads: open } = threads();
    const thread = open.resume(kept([question, { ...half, content: "Whole" }], 7));
    expect(thread.snapshot().messages.map(({ content }) => content)).toEqual(["One", "Whole"]);
    expect(thread.idle).toBe(true);
  });

  it("is forgotten with the session, and when it is deleted", () => {
    leaveBehind("1", LEFT);
    leaveBehind("2", LEFT);
    sessionStorage.setItem("of somebody else", "stays");
    const { client, threads: open } = threads();
    open.forget("1");
    expect(pickUp("1")).toBeNull();
    client.clear();
    expect({ ...sessionStorage }).toEqual({ "of somebody else": "stays" });
  });
});
