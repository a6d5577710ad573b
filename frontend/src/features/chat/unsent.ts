/** What was typed into the field of one conversation and not sent. It outlives the page. */
export class Unsent {
  /** Whom it is for, where no conversation has begun yet. */
  agent: string | undefined;
  private current = "";
  private readonly listeners = new Set<() => void>();

  readonly text = (): string => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  write(text: string): void {
    this.current = text;
    for (const listener of this.listeners) listener();
  }

  /** Puts a text that could not be used in front of what is typed. */
  giveBack(text: string): void {
    this.write([text, this.current].filter(Boolean).join("\n\n"));
  }

  /** All of it goes on in another field. */
  moveTo(other: Unsent): void {
    other.giveBack(this.current);
    this.write("");
  }
}
