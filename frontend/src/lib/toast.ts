/** What the toaster shows. Toasts tell of something done, or of an error that has no place on the page. */
import { ApiError } from "./api-error";

export interface ToastAction {
  label: string;
  run: () => void;
}

export interface ToastMessage {
  id: number;
  kind: "success" | "error";
  title: string;
  description?: string | undefined;
  action?: ToastAction | undefined;
  seconds: number;
}

type Options = Partial<Pick<ToastMessage, "description" | "action" | "seconds">>;

const MOST_AT_ONCE = 4;
const SECONDS = { success: 5, error: 10 };

let shown: readonly ToastMessage[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly ToastMessage[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

function show(kind: ToastMessage["kind"], title: string, options: Options): number {
  lastId += 1;
  const toast = { id: lastId, kind, title, seconds: SECONDS[kind], ...options };
  change([...shown, toast].slice(-MOST_AT_ONCE));
  return lastId;
}

export const shownToasts = (): readonly ToastMessage[] => shown;

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function dismiss(id: number): void {
  change(shown.filter((toast) => toast.id !== id));
}

export const toast = {
  success: (title: string, options: Options = {}) => show("success", title, options),
  error: (title: string, options: Options = {}) => show("error", title, options),
  /** What a failed request says, with its request id. */
  failure: (title: string, error: unknown) => {
    const failed = ApiError.of(error);
    const id = failed.requestId ? ` (${failed.requestId})` : "";
    return show("error", title, { description: `${failed.message}${id}` });
  },
};
