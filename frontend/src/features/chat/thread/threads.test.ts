import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { envelope, tellGateway } from "@/test/answers";
import { conversationQuery } from "../conversations/queries";
import STREAM from "../stream/fixtures/complete.sse?raw";
import { threadsOf } from "./threads";

const put = (position: number) => `PUT /api/v1/conversations/1/messages/${position}`;

/** Whether the browser would ask before it closes the page. */
function asksBeforeLeaving(): boolean {
  const event = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

const clients: QueryClient[] = [];
function setUp() {
  const queryClient = new QueryClient();
  clients.push(queryClient);
  return { queryClient, threads: threadsOf(queryClient) };
}
afterEach(() => {
  for (const each of clients.splice(0)) each.clear();
});

describe("closing the page", () => {
  it("asks while something is not saved, and no longer once it is or is forgotten", async () => {
    let down = true;
    const save = () =>
      down ? { status: 503, body: envelope("x", "Down.") } : { body: { revision: 1 } };
    const changed = { status: 412, body: envelope("conversation_changed", "It changed.") };
    tellGateway({
      [put(0)]: save,
      [put(1)]: save,
      [put(2)]: changed,
      "GET /api/v1/conversations/1": { body: { messages: [], revision: 1 } },
      "POST /v1/chat/completions": { body: STREAM },
    });
    const { queryClient, threads } = setUp();
    expect(asksBeforeLeaving()).toBe(false);
    const thread = threads.begin("1", "demo");
    await thread.send("Hello");
    expect(thread.snapshot().saving?.kind).toBe("retrying");
    expect(asksBeforeLeaving()).toBe(true);

    down = false;
    thread.saveAgain();
    await vi.waitFor(() => expect(thread.snapshot().saving).toBeUndefined());
    expect(asksBeforeLeaving()).toBe(false);

    await thread.send("And now?");
    expect(thread.snapshot().saving?.kind).toBe("changed");
    expect(asksBeforeLeaving()).toBe(true);
    queryClient.clear();
    expect(asksBeforeLeaving()).toBe(false);
  });
});

describe("leaving the page of a conversation", () => {
  const known = (revision: number) => ({ id: "1", messages: [], revision }) as never;

  it("has it loaded anew where less is known of it than was said here", async () => {
    let revision = 0;
    const save = () => {
      revision += 1;
      return { body: { revision } };
    };
    tellGateway({ [put(0)]: save, [put(1)]: save, "POST /v1/chat/completions": { body: STREAM } });
    const { queryClient, threads } = setUp();
    const { queryKey } = conversationQuery("1");
    queryClient.setQueryData(queryKey, known(1));
    await threads.begin("1", "demo").send("Hello");
    threads.closeIdle("1");
    expect(queryClient.getQueryData(queryKey)).toBeUndefined();
  });

  it("keeps what is known of it as it is, for the next time", () => {
    const { queryClient, threads } = setUp();
    const { queryKey } = conversationQuery("1");
    queryClient.setQueryData(queryKey, known(3));
    threads.resume(known(3));
    threads.closeIdle("1");
    expect(queryClient.getQueryData(queryKey)).toMatchObject({ revision: 3 });
  });
});

describe("what is typed and not sent", () => {
  it("stays with its conversation, until that is deleted", () => {
    const { threads } = setUp();
    threads.unsent("1").write("One");
    threads.unsent("2").write("Two");
    threads.close("1");
    expect([threads.unsent("1").text(), threads.unsent("2").text()]).toEqual(["One", "Two"]);
    threads.forget("1");
    expect(threads.unsent("1").text()).toBe("");
  });

  it("goes on in the conversation that has begun meanwhile, and in its copy", () => {
    const { threads } = setUp();
    threads.unsent().write("The next question");
    threads.begin("1", "demo");
    expect([threads.unsent().text(), threads.unsent("1").text()]).toEqual([
      "",
      "The next question",
    ]);
    threads.copy("1", "2");
    expect(threads.unsent("2").text()).toBe("The next question");
  });

  it("is forgotten with the cache", () => {
    const { queryClient, threads } = setUp();
    threads.unsent().write("Of somebody else");
    queryClient.clear();
    expect(threadsOf(queryClient).unsent().text()).toBe("");
  });
});
