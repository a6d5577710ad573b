/**
 * One conversation that runs: it asks, reads the stream, and has the messages kept. It lives longer
 * than its page, so an answer goes on while the reader looks at something else.
 */

import type { StreamEvent } from "../stream/events";
import { frameBatch } from "../stream/frame-batch";
import { openStream } from "../stream/open-stream";
import { Keeper, type KeeperPorts, type Kept } from "./keeper";
import type { Message, ThreadState } from "./state";
import * as state from "./state";

/** What a thread needs from outside. */
export interface ThreadPorts extends KeeperPorts {
  /** Like `write`, and outlives the page. */
  leave: KeeperPorts["write"];
  /** Notes what the gateway may not have when the page is gone; null when it has all. */
  leaveBehind: (left: Missing | null) => void;
  /** Called when an answer is over and kept, and when late messages are kept. */
  onSettled: () => void;
}

/** The `messages` from `position` on that the gateway, at this revision, did not have yet. */
export interface Missing {
  position: number;
  revision: number;
  messages: readonly Message[];
}

export class Thread {
  private current: ThreadState;
  private running: AbortController | undefined;
  /** Whether there is something here that did not come from the gateway. */
  private asked: boolean;
  private readonly keeper: Keeper;
  private readonly listeners = new Set<() => void>();

  /** `kept` is what the gateway has of it. */
  constructor(
    initial: ThreadState,
    private readonly ports: ThreadPorts,
    kept: Kept,
  ) {
    this.current = initial;
    this.keeper = new Keeper(kept, ports, (saving) => this.noteSaving(saving));
    this.asked = kept.messages !== initial.messages;
    if (this.asked) void this.keep().then(ports.onSettled);
  }

  readonly snapshot = (): ThreadState => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get runs(): boolean {
    return state.runs(this.current);
  }

  /** Whether it may be forgotten: the gateway has all of it. */
  get idle(): boolean {
    return !this.runs && this.keeper.done;
  }

  /** Of what the gateway is known to have. */
  get revision(): number {
    return this.keeper.revision;
  }

  use(agent: string): void {
    this.change({ ...this.current, agent });
  }

  send(content: string): Promise<void> {
    return this.ask(this.current.messages.length, content);
  }

  /** Asks the question at `position` anew, as it was or with another text; what followed is dropped. */
  resend(position: number, content?: string): Promise<void> {
    const text = content ?? this.current.messages[position]?.content;
    return text ? this.ask(position, text) : Promise.resolve();
  }

  retry(): Promise<void> {
    const { redo } = this.current;
    if (redo) return this.ask(redo.position, redo.question.content);
    return this.resend(state.lastQuestionAt(this.current));
  }

  stop(): void {
    this.running?.abort();
  }

  /** Tries to save now what could not be saved. */
  saveAgain(): void {
    void this.keeper.again();
  }

  /** Shows what the gateway has instead of what is here. */
  load(kept: ThreadState, revision: number): void {
    this.stop();
    this.keeper.reset({ messages: kept.messages, revision });
    this.change(kept);
  }

  /** Like `load`, unless something was asked here: then what is here is newer. */
  refresh(kept: ThreadState, revision: number): void {
    if (!this.asked) this.load(kept, revision);
  }

  /** The page goes away: what has come of an answer is kept as stopped. */
  leave(): void {
    const messages = state.saidSoFar(this.current);
    const missing = this.keeper.missing(messages);
    this.ports.leaveBehind(missing && { ...missing, messages: messages.slice(missing.position) });
    const left = this.keeper.last(messages);
    if (left) this.ports.leave(left.position, left.message, left.revision).catch(() => undefined);
  }

  /** Ends what runs; nothing is written any more. */
  close(): void {
    this.keeper.close();
    this.stop();
  }

  private async ask(position: number, content: string): Promise<void> {
    if (this.runs) return;
    this.asked = true;
    this.change(state.asked(this.current, position, content, performance.now()));
    this.saveAgain();
    await this.stream();
    await this.keep();
    this.ports.onSettled();
  }

  private async stream(): Promise<void> {
    const running = new AbortController();
    this.running = running;
    const batch = frameBatch<StreamEvent>((events) =>
      this.change(state.streamed(this.current, events)),
    );
    await openStream({
      agent: this.current.agent,
      turns: state.turnsOf(this.current),
      signal: running.signal,
      onEvents: batch.add,
    });
    batch.flush();
    this.running = undefined;
  }

  private keep(): Promise<void> {
    return this.keeper.keep(state.settled(this.current));
  }

  private noteSaving(saving: state.Saving | undefined): void {
    const late = this.current.saving !== undefined && saving === undefined;
    this.change({ ...this.current, saving });
    if (late) this.ports.onSettled();
  }

  private change(next: ThreadState): void {
    if (next === this.current) return;
    const said = next.messages !== this.current.messages;
    this.current = next;
    if (said) void this.keep();
    for (const listener of this.listeners) listener();
  }
}
