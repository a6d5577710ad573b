/** What the audit log knows to tell of. The compiler sees to it that none is forgotten. */
import type { Schemas } from "@/lib/api";

export type Action = Schemas["AuditAction"];

const NAMES: Record<Action, string> = {
  "session.created": "Signed in",
  "session.ended": "Signed out",
  "authentication.failed": "Sign-in failed",
  "access.denied": "Access denied",
  "chat.denied": "Chat denied",
  "resource.created": "Resource created",
  "resource.changed": "Resource changed",
  "resource.deleted": "Resource deleted",
  "key.created": "Key created",
  "key.rotated": "Key rotated",
  "key.revoked": "Key revoked",
  "budget.alert": "Budget alert",
};

export const ACTIONS = Object.keys(NAMES) as Action[];

/** The name of an action; one of a newer gateway is shown as it is. */
export function actionName(action: string): string {
  return (NAMES as Record<string, string>)[action] ?? action;
}
