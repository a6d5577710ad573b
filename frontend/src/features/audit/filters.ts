/** The filters of the audit log as they stand in the page's address. Pure. */
import { ACTIONS, type Action } from "./actions";

export interface AuditFilters {
  from?: string;
  to?: string;
  actor?: string;
  action?: Action;
  subject?: string;
  namespace?: string;
}

export type Filter = keyof AuditFilters;

/** Characters of a filter. */
export const LONGEST = 512;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * What an address asks for; what makes no sense is dropped, for anybody may write addresses. A
 * namespace stays as it was written: the form says at its field that there can be none.
 */
export function filtersOf(search: Record<string, unknown>): AuditFilters {
  const action = ACTIONS.find((each) => each === search.action);
  return cleaned({
    from: matching(search.from, DATE),
    to: matching(search.to, DATE),
    actor: text(search.actor),
    action,
    subject: text(search.subject),
    namespace: text(search.namespace),
  });
}

/** Filters that no event can fit. */
export function wrongIn({ namespace }: AuditFilters): readonly Filter[] {
  return namespace === undefined || NAMESPACE.test(namespace) ? [] : ["namespace"];
}

/** Without what is empty, so that addresses and requests say only what is asked. */
export function cleaned(
  filters: {
    [Name in keyof AuditFilters]: AuditFilters[Name] | undefined;
  },
): AuditFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
}

/** Whether anything is filtered. */
export function isFiltered(filters: AuditFilters): boolean {
  return Object.keys(filters).length > 0;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim().slice(0, LONGEST) || undefined : undefined;
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  const found = text(value);
  return found && pattern.test(found) ? found : undefined;
}
