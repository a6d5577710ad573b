/** The conversations that this tab has open, by id: the seam between threads, gateway and cache. */
import type { QueryClient } from "@tanstack/react-query";
import {
  type ConversationDetail,
  forgetEarlier,
  getConversation,
  keepMessage,
  refreshConversations,
} from "../conversations/queries";
import { Unsent } from "../unsent";
import type { Kept } from "./keeper";
import {
  asLastWritten,
  forgetAllLeftBehind,
  lastWrite,
  leaveBehind,
  notStored,
  pickUp,
} from "./left-behind";
import { type Message, settled, type ThreadState } from "./state";
import { keptAs, messageOf, stateOf } from "./stored";
import { type Missing, Thread } from "./thread";

/** What the gateway has of a conversation that has just begun. */
const BEGUN: Kept = { messages: [], revision: 0 };

/** Stands for the conversation that has not begun. */
const NEW = "";

export class Threads {
  private readonly open = new Map<string, Thread>();
  private readonly typed = new Map<string, Unsent>();

  constructor(private readonly queryClient: QueryClient) {}

  /** A conversation that has just been begun; what was typed since goes on there. */
  begin(id: string, agent: string): Thread {
    this.unsent().moveTo(this.unsent(id));
    return this.add(id, { agent, messages: BEGUN.messages }, BEGUN);
  }

  /** One that the gateway has kept. While it runs here, what runs here is what counts. */
  resume(kept: ConversationDetail): Thread {
    const known = this.open.get(kept.id);
    if (known) return known;
    const state = stateOf(kept);
    const stored = { messages: state.messages, revision: kept.revision };
    const left = notStored(pickUp(kept.id), stored);
    if (left === null) return this.add(kept.id, state, stored);
    const before = state.messages.slice(0, left.position);
    const messages = [...before, ...left.messages.map(messageOf)];
    const written = [...before, ...asLastWritten(left).map(messageOf)];
    return this.add(kept.id, { ...state, messages }, { ...stored, left: written });
  }

  get(id: string): Thread | undefined {
    return this.open.get(id);
  }

  /** What is typed in a conversation and not sent; without an id, in the one that is to begin. */
  unsent(id: string = NEW): Unsent {
    const typed = this.typed.get(id) ?? new Unsent();
    this.typed.set(id, typed);
    return typed;
  }

  /** What the gateway has come to know since; nothing, when there is something newer here. */
  refresh(kept: ConversationDetail): void {
    this.open.get(kept.id)?.refresh(stateOf(kept), kept.revision);
  }

  /** Goes on as the conversation `into`, which is empty yet; `id` is left as the gateway has it. */
  copy(id: string, into: string): void {
    const from = this.open.get(id)?.snapshot();
    if (from === undefined) return;
    this.add(into, { agent: from.agent, messages: settled(from) }, BEGUN);
    this.unsent(id).moveTo(this.unsent(into));
    this.close(id);
  }

  /** It was deleted. */
  forget(id: string): void {
    leaveBehind(id, null);
    this.typed.delete(id);
    this.close(id);
  }

  /** Ends what runs. The gateway has the rest. */
  close(id: string): void {
    this.open.get(id)?.close();
    this.open.delete(id);
  }

  /** Its page was left. Once nothing is to be done here it is closed, and forgotten where older is cached. */
  closeIdle(id: string): void {
    const thread = this.open.get(id);
    if (!thread?.idle) return;
    this.close(id);
    forgetEarlier(this.queryClient, id, thread.revision);
  }

  /** Watches the browser; gives the function that ends that, and all threads. */
  watch(): () => void {
    const online = () => this.each((thread) => thread.saveAgain());
    const leave = () => this.each((thread) => thread.leave());
    // The browser asks the reader, in its own words.
    const ask = (event: BeforeUnloadEvent) => this.unsaved && event.preventDefault();
    window.addEventListener("online", online);
    window.addEventListener("beforeunload", ask);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("beforeunload", ask);
      window.removeEventListener("pagehide", leave);
      for (const id of [...this.open.keys()]) this.close(id);
      forgetAllLeftBehind();
    };
  }

  /** Whether something would be lost with the page that could not be saved so far. */
  private get unsaved(): boolean {
    return [...this.open.values()].some((thread) => thread.snapshot().saving !== undefined);
  }

  private each(act: (thread: Thread) => void): void {
    for (const thread of this.open.values()) act(thread);
  }

  private add(id: string, initial: ThreadState, kept: Kept): Thread {
    const ports = {
      write: (position: number, message: Message, revision: number) =>
        keepMessage(id, position, keptAs(message), revision),
      leave: (position: number, message: Message, revision: number) =>
        keepMessage(id, position, lastWrite(keptAs(message)), revision, { keepalive: true }),
      leaveBehind: (left: Missing | null) =>
        leaveBehind(id, left && { ...left, messages: left.messages.map(keptAs) }),
      stored: () => getConversation(id),
      onSettled: () => void refreshConversations(this.queryClient, id),
    };
    const thread = new Thread(initial, ports, kept);
    this.open.set(id, thread);
    return thread;
  }
}

const KEY = ["threads"];

/** The threads of this tab. They are in its cache, so that both are forgotten together. */
export function threadsOf(queryClient: QueryClient): Threads {
  const known = queryClient.getQueryData<Threads>(KEY);
  if (known) return known;
  const threads = new Threads(queryClient);
  queryClient.setQueryDefaults(KEY, { gcTime: Number.POSITIVE_INFINITY, structuralSharing: false });
  queryClient.setQueryData(KEY, threads);
  endWithCache(queryClient, threads.watch());
  return threads;
}

function endWithCache(queryClient: QueryClient, end: () => void): void {
  const unsubscribe = queryClient.getQueryCache().subscribe(({ type, query }) => {
    if (type !== "removed" || query.queryKey[0] !== KEY[0]) return;
    unsubscribe();
    end();
  });
}
