/** Between a key and the form that edits it. Pure: what was not changed is not sent. */
import { z } from "zod";
import {
  EXPIRY_PRESETS,
  expiresAt,
  LIMITS,
  type LimitName,
  newKeyForm,
  type RateLimitBody,
} from "./new-key";

export const editKeyForm = newKeyForm
  .pick({ owner: true, requestsPerMinute: true, tokensPerMinute: true, concurrency: true })
  .extend({ expiry: z.enum(["keep", ...EXPIRY_PRESETS]) });

export type EditKeyForm = z.infer<typeof editKeyForm>;

export interface EditableKey {
  owner: string;
  rate_limit: Partial<RateLimitBody> | null;
  expires_at: string | null;
}

export interface KeyChanges {
  owner?: string;
  /** null removes a limit; those that are not here stay. */
  rate_limit?: Partial<RateLimitBody>;
  /** null is never. */
  expires_at?: string | null;
}

/** The form for a key as it is. */
export function editFormOf(key: EditableKey): EditKeyForm {
  const text = (name: LimitName) => String(key.rate_limit?.[name] ?? "");
  return {
    owner: key.owner,
    requestsPerMinute: text("requestsPerMinute"),
    tokensPerMinute: text("tokensPerMinute"),
    concurrency: text("concurrency"),
    expiry: "keep",
  };
}

/** The body of `PATCH /api/v1/keys/{namespace}/{name}`; null when nothing is to change. */
export function keyChanges(form: EditKeyForm, key: EditableKey, now: number): KeyChanges | null {
  const before = editFormOf(key);
  const limits = LIMITS.filter((name) => form[name] !== before[name]);
  const changes: KeyChanges = {
    ...(form.owner !== key.owner && { owner: form.owner }),
    ...(limits.length > 0 && {
      rate_limit: Object.fromEntries(limits.map((name) => [name, Number(form[name]) || null])),
    }),
    ...(form.expiry !== "keep" && { expires_at: expiresAt(form.expiry, now) ?? null }),
  };
  return Object.keys(changes).length > 0 ? changes : null;
}
