/**
 * Parts of a page whose code is fetched when they are first shown. React's own `lazy` keeps a fetch
 * that failed for ever, and the page around the part goes down with it. Here the part alone is
 * missing, and everything that shows it anew tries again.
 */
import { type ComponentType, type ReactNode, startTransition, useEffect, useState } from "react";
import { PartFailed } from "@/components/part-failed";
import { t } from "@/messages/common";
import { ApiError } from "./api-error";
import { fetched } from "./page-code";

/** The code was not to be had, and the way to try again. */
export interface PartFailure {
  error: ApiError;
  retry: () => void;
}

interface State<Code> {
  code?: Code;
  error?: ApiError;
}

/** Code that is fetched once it is needed. Of what failed nothing is kept but the reason. */
export class LazyCode<Code> {
  private state: State<Code> = {};
  private fetching: Promise<void> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly load: () => Promise<Code>) {}

  readonly snapshot = (): State<Code> => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Fetches what is not there yet. Never rejects: `snapshot` tells how it went. */
  readonly fetch = (): Promise<void> => {
    if (this.state.code !== undefined) return Promise.resolve();
    this.fetching ??= this.fetchNow();
    return this.fetching;
  };

  private async fetchNow(): Promise<void> {
    if (this.state.error !== undefined) this.become({});
    try {
      this.become({ code: await fetched(this.load()) });
    } catch (error) {
      this.become({ error: asApiError(error) });
    } finally {
      this.fetching = undefined;
    }
  }

  private become(state: State<Code>): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Somebody gives pages, but not this file: it is one of another version. */
function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({ status: 0, code: "part_missing", message: t.errors.partMissing });
}

/** The code once it is there. Each component that uses this has it fetched if it is not. */
export function useLazyCode<Code>(lazy: LazyCode<Code>): {
  code: Code | undefined;
  failure: PartFailure | undefined;
} {
  // An earlier failure, of another component, says nothing about this attempt.
  const [{ code, error }, setState] = useState<State<Code>>(() => ({ code: lazy.snapshot().code }));
  useEffect(() => {
    // What it draws may be long: it must not hold up typing.
    const follow = () => startTransition(() => setState(lazy.snapshot()));
    const stop = lazy.subscribe(follow);
    void lazy.fetch();
    follow();
    return stop;
  }, [lazy]);
  return { code, failure: error && { error, retry: () => void lazy.fetch() } };
}

export interface PartProps {
  /** In its place while its code is fetched. */
  fallback?: ReactNode;
  /** In its place when that failed; unless given, a word about it and the ways out. */
  failed?: (failure: PartFailure) => ReactNode;
}

const sayFailed = (failure: PartFailure): ReactNode => <PartFailed failure={failure} />;

/** The default export of a module as a component. `ahead` fetches it before it is shown. */
export function lazyPart<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
) {
  const lazy = new LazyCode(load);
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, like `lazy`
  function Part({ fallback = null, failed = sayFailed, ...rest }: Props & PartProps): ReactNode {
    const { code, failure } = useLazyCode(lazy);
    if (failure) return failed(failure);
    if (code === undefined) return fallback;
    const Loaded = code.default;
    return <Loaded {...(rest as unknown as Props)} />;
  }
  return Object.assign(Part, { ahead: lazy.fetch });
}

/** Not every browser tells when it has nothing to do, and a busy page never has. */
const SOON_MS = 1000;

/** Has a part fetched when the browser is idle: for one that is needed when nothing can be had. */
export function useAhead(part: { ahead: () => Promise<void> }): void {
  useEffect(() => {
    const fetchPart = () => void part.ahead();
    if ("requestIdleCallback" in window)
      window.requestIdleCallback(fetchPart, { timeout: SOON_MS });
    else setTimeout(fetchPart, SOON_MS);
  }, [part]);
}
