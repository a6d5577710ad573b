/**
 * Has the messages of one conversation kept by the gateway, in order, and goes on trying: a message
 * that was not kept would otherwise leave a gap that refuses all later ones.
 */
import { ApiError } from "@/lib/api-error";
import { type Message, type Said, type Saving, startsWith } from "./state";

export interface KeeperPorts {
  /** Writes a message and drops those after it, if the gateway still has `count` messages. */
  write: (position: number, message: Message, count: number) => Promise<unknown>;
  /** What the gateway has. */
  stored: () => Promise<readonly Said[]>;
}

const MOST_SECONDS = 30;

export class Keeper {
  private wanted: readonly Message[];
  private saving: Saving | undefined;
  private flushing: Promise<void> | undefined;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  /** `kept` is what the gateway has; `onSaving` hears of trouble, and of its end. */
  constructor(
    private kept: readonly Message[],
    private readonly ports: KeeperPorts,
    private readonly onSaving: (saving: Saving | undefined) => void,
  ) {
    this.wanted = kept;
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

  /** From here on `messages` are what the gateway has. */
  reset(messages: readonly Message[]): void {
    clearTimeout(this.timer);
    this.kept = messages;
    this.wanted = messages;
    this.stand(undefined);
  }

  /** The page goes away: the last of `messages`, when it is the only one that is not kept. */
  last(messages: readonly Message[]): { position: number; message: Message; count: number } | null {
    const position = firstNew(this.kept, messages);
    const message = messages[position];
    if (this.closed || this.flushing || this.saving?.kind === "changed") return null;
    if (message === undefined || position !== messages.length - 1) return null;
    const count = this.kept.length;
    // If it does not arrive, the next write finds out and compares.
    this.kept = [...this.kept.slice(0, position), message];
    return { position, message, count };
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
      await this.failed(error);
    } finally {
      this.flushing = undefined;
    }
  }

  private async writeNext(): Promise<void> {
    const position = this.next();
    const message = this.wanted[position];
    if (message === undefined) return;
    await this.ports.write(position, message, this.kept.length);
    this.kept = [...this.kept.slice(0, position), message];
  }

  private async failed(error: unknown): Promise<void> {
    const failure = ApiError.of(error);
    if (failure.code === "conversation_changed") await this.compare();
    else if (passes(failure)) this.later(failure.retryAfter);
    else this.stand({ kind: "refused", message: failure.message });
  }

  /** A write may have arrived though its answer did not: then nobody else has changed anything. */
  private async compare(): Promise<void> {
    try {
      const stored = await this.ports.stored();
      if (!startsWith(this.wanted, stored)) return this.stand({ kind: "changed" });
      this.kept = this.wanted.slice(0, stored.length);
      this.later();
    } catch (error) {
      await this.failed(error);
    }
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

/** What may be better in a moment. */
const passes = ({ status }: ApiError): boolean =>
  status === 0 || status === 408 || status === 429 || status >= 500;

/** Where `wanted` first says something that `kept` does not; -1 when nowhere. */
function firstNew(kept: readonly Message[], wanted: readonly Message[]): number {
  return wanted.findIndex((message, position) => !isSame(kept[position], message));
}

function isSame(kept: Message | undefined, wanted: Message): boolean {
  if (kept === wanted) return true;
  return kept?.role === "user" && wanted.role === "user" && kept.content === wanted.content;
}
