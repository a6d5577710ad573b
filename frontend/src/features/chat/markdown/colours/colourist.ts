/**
 * Has code tokenised elsewhere, one piece after the other. Whatever goes wrong there costs colours
 * and nothing else: the code is on the page already.
 */
import type { Code, Token } from "./tokens";

/**
 * What a colourist uses of a Worker, which answers each `Code` with its tokens, also one that it
 * cannot read: its only error is that it could not be loaded.
 */
export type Tokeniser = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

export type OnTokens = (tokens: readonly Token[]) => void;

/** Grammars are regular expressions: 20 KB of a single letter keep some of them busy for seconds. */
const MOST_MS = 10_000;

interface Order {
  code: Code;
  onTokens: OnTokens;
}

export class Colourist {
  private readonly waiting: Order[] = [];
  private current: Order | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tokeniser: Tokeniser | undefined;
  private broken = false;

  /** `start` is called with the first order, and after a piece that took too long. */
  constructor(private readonly start: () => Tokeniser) {}

  /** Calls `onTokens` once, unless it fails; gives the function that takes the order back. */
  order(code: Code, onTokens: OnTokens): () => void {
    const order = { code, onTokens };
    this.waiting.push(order);
    this.next();
    return () => this.takeBack(order);
  }

  private takeBack(order: Order): void {
    const at = this.waiting.indexOf(order);
    if (at >= 0) this.waiting.splice(at, 1);
    if (this.current === order) this.current = { ...order, onTokens: () => undefined };
  }

  private next(): void {
    if (this.current !== undefined || this.broken) return;
    this.current = this.waiting.shift();
    if (this.current !== undefined) this.begin(this.current);
  }

  private begin({ code }: Order): void {
    try {
      this.tokeniser ??= this.started();
      this.timer = setTimeout(() => this.tooLong(), MOST_MS);
      this.tokeniser.postMessage(code);
    } catch {
      this.giveUp();
    }
  }

  private started(): Tokeniser {
    const tokeniser = this.start();
    tokeniser.onmessage = ({ data }: MessageEvent<Token[]>) => this.done(data);
    tokeniser.onerror = () => this.giveUp();
    return tokeniser;
  }

  private done(tokens: readonly Token[]): void {
    clearTimeout(this.timer);
    const order = this.current;
    this.current = undefined;
    order?.onTokens(tokens);
    this.next();
  }

  private tooLong(): void {
    this.end();
    this.next();
  }

  /** It could not be loaded, which will not be better until the page is loaded anew. */
  private giveUp(): void {
    this.broken = true;
    this.waiting.length = 0;
    this.end();
  }

  private end(): void {
    clearTimeout(this.timer);
    if (this.tokeniser !== undefined) silence(this.tokeniser);
    this.tokeniser = undefined;
    this.current = undefined;
  }
}

/** What it has sent already would be taken for the answer to the next order. */
function silence(tokeniser: Tokeniser): void {
  tokeniser.onmessage = null;
  tokeniser.onerror = null;
  tokeniser.terminate();
}
