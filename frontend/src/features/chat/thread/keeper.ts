/**
 * Has the messages of one conversation kept by the gateway, in order, and goes on trying: a message
 * that was not kept would otherwise leave a gap that refuses all later ones.
 */
import { ApiError } from "@/lib/api-error";
import { isEqual, isSame, type Message, type Said, type Saving, startsWith } from "./state";

/** What the gateway has, and the revision that says so. */
export interface Kept<M extends Said = Message> {
  revision: number;
  messages: readonly M[];
  /** What it has instead, if the last write of an earlier page has arrived. */
  left?: readonly M[];
}

export interface KeeperPorts {
  /**
   * Writes a message and drops those after it, if the conversation still has this revision; gives
   * the one after that.
   */
  write: (position: number, message: Message, revision: number) => Promise<number>;
  stored: () => Promise<Kept<Said>>;
}

/** A last write, for a page that goes away. */
export interface LastWrite {
  position: number;
  message: Message;
  revision: number;
}

const MOST_SECONDS = 30;

export class Keeper {
  private wanted: readonly Message[];
  private kept: readonly Message[];
  /** What the gateway has instead, if the last write of a page that went away has arrived. */
  private left: readonly Message[] | undefined;
  /** Of the conversation, as the gateway is known to have it. */
  revision: number;
  private saving: Saving | undefined;
  private flushing: Promise<void> | undefined;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  /** `onSaving` hears of trouble, and of its end. */
  constructor(
    kept: Kept,
    private readonly ports: KeeperPorts,
    private readonly onSaving: (saving: Saving | undefined) => void,
  ) {
    this.wanted = kept.messages;
    this.kept = kept.messages;
    this.left = kept.left;
    this.revision = kept.revision;
  }

  get done(): boolean {
    return this.next() < 0;
  }

  /** Resolves when all are kept, or when it is sure that they are not for now. */
  keep(messages: readonly Message[]): Promise<void> {
    this.wanted = messages;
    return this.saving === undefined ? this.flush() : Promise.resolve();
  }

  /** Tries now what is to be tried again later. */
  again(): Promise<void> {
    if (this.saving?.kind === "changed") return Promise.resolve();
    clearTimeout(this.timer);
    return this.flush();
  }

  /** From here on this is what the gateway has. */
  reset({ messages, revision }: Kept): void {
    clearTimeout(this.timer);
    this.has(messages);
    this.wanted = messages;
    this.revision = revision;
    this.stand(undefined);
  }

  /** The page goes away: the last of `messages`, when it is the only one that is not kept. */
  last(messages: readonly Message[]): LastWrite | null {
    const position = firstNew(this.kept, messages);
    const message = messages[position];
    if (this.closed || this.flushing || this.saving?.kind === "changed") return null;
    if (message === undefined || position !== messages.length - 1) return null;
    if (this.left && firstNew(this.left, messages) < 0) return null;
    // Whether it arrives is not known: the next write finds out and compares.
    this.left = [...this.kept.slice(0, position), message];
    return { position, message, revision: this.revision };
  }

  /** Where `messages` go on after what the gateway is known to have; null when they do not. */
  missing(messages: readonly Message[]): { position: number; revision: number } | null {
    const position = firstNew(this.kept, messages);
    if (this.closed || position < 0 || this.saving?.kind === "changed") return null;
    return { position, revision: this.revision };
  }

  /** Writes nothing more. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private next(): number {
    return firstNew(this.kept, this.wanted);
  }

  private flush(): Promise<void> {
    if (this.closed || this.done) return Promise.resolve();
    this.flushing ??= this.writeAll();
    return this.flushing;
  }

  private async writeAll(): Promise<void> {
    try {
      while (!this.closed && !this.done) await this.writeNext();
      this.failures = 0;
      this.stand(undefined);
    } catch (error) {
      this.failed(error);
    } finally {
      this.flushing = undefined;
    }
  }

  private async writeNext(): Promise<void> {
    const position = this.next();
    const message = this.wanted[position];
    if (message === undefined) return;
    try {
      this.revision = await this.ports.write(position, message, this.revision);
      this.has([...this.kept.slice(0, position), message]);
    } catch (error) {
      if (!isChanged(error)) throw error;
      await this.compare(error);
    }
  }

  private failed(error: unknown): void {
    const failure = ApiError.of(error);
    if (isChanged(failure)) this.stand({ kind: "changed" });
    else if (passes(failure)) this.later(failure.retryAfter);
    else this.stand({ kind: "refused", message: failure.message });
  }

  /**
   * The revision is another one, but perhaps nobody else has said anything: the conversation has a
   * new name, or a write arrived though its answer did not, or the page was left with it. Throws
   * `refusal` otherwise.
   */
  private async compare(refusal: unknown): Promise<void> {
    const { messages, revision } = await this.ports.stored();
    if (revision === this.revision) throw refusal;
    const known = [this.kept, this.left].find((each) => each && isEqual(each, messages));
    if (known === undefined && !startsWith(this.wanted, messages)) throw refusal;
    this.has(known ?? this.wanted.slice(0, messages.length));
    this.revision = revision;
  }

  private has(messages: readonly Message[]): void {
    this.kept = messages;
    this.left = undefined;
  }

  private later(seconds = 0): void {
    if (this.closed) return;
    const wait = Math.max(seconds, Math.min(MOST_SECONDS, 2 ** this.failures));
    this.failures += 1;
    this.timer = setTimeout(() => void this.flush(), wait * 1000);
    this.stand({ kind: "retrying" });
  }

  private stand(saving: Saving | undefined): void {
    if (this.closed || this.saving?.kind === saving?.kind) return;
    this.saving = saving;
    this.onSaving(saving);
  }
}

const isChanged = (error: unknown): boolean => ApiError.of(error).code === "conversation_changed";

/** What may be better in a moment; a session that has ended, once somebody has signed in again. */
const passes = ({ status }: ApiError): boolean =>
  status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;

/** Where `wanted` first says something that `kept` does not; -1 when nowhere. */
function firstNew(kept: readonly Message[], wanted: readonly Message[]): number {
  return wanted.findIndex((message, position) => !isKept(kept[position], message));
}

/** An answer may have got more than its text since. */
function isKept(kept: Message | undefined, wanted: Message): boolean {
  return kept === wanted || (wanted.role === "user" && isSame(kept, wanted));
}
