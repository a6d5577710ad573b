/** From the form that makes a key to the request. Pure: the dialog only shows what this decides. */
import { z } from "zod";
import { t } from "./messages";

export const ROLES = ["viewer", "user", "editor", "admin"] as const;
export type RoleName = (typeof ROLES)[number];

export const EXPIRY_PRESETS = ["never", "day", "week", "month", "quarter", "year"] as const;
export type ExpiryPreset = (typeof EXPIRY_PRESETS)[number];

export const LIMITS = ["requestsPerMinute", "tokensPerMinute", "concurrency"] as const;
export type LimitName = (typeof LIMITS)[number];

const DAYS: Record<Exclude<ExpiryPreset, "never">, number> = {
  day: 1,
  week: 7,
  month: 30,
  quarter: 90,
  year: 365,
};
const DAY_MS = 24 * 3600 * 1000;

const name = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const namespace = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const team = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const glob = /^[-a-z0-9*?]{1,128}$/;

const limit = z
  .string()
  .trim()
  .refine((text) => text === "" || (/^[0-9]{1,10}$/.test(text) && Number(text) >= 1), {
    message: t.wrong.limit,
  });

function optional(pattern: RegExp, message: string) {
  return z
    .string()
    .trim()
    .max(63, t.wrong.long(63))
    .refine((text) => text === "" || pattern.test(text), { message });
}

const patterns = z.string().refine((text) => words(text).every((word) => glob.test(word)), {
  message: t.wrong.globs,
});

export const newKeyForm = z.object({
  owner: z.string().trim().min(1, t.wrong.owner).max(253, t.wrong.long(253)),
  name: optional(name, t.wrong.name),
  namespace: optional(namespace, t.wrong.namespace),
  role: z.enum(ROLES),
  agents: patterns,
  namespaces: patterns,
  team: optional(team, t.wrong.team),
  requestsPerMinute: limit,
  tokensPerMinute: limit,
  concurrency: limit,
  expiry: z.enum(EXPIRY_PRESETS),
});

export type NewKeyForm = z.infer<typeof newKeyForm>;

export const emptyKeyForm: NewKeyForm = {
  owner: "",
  name: "",
  namespace: "",
  role: "user",
  agents: "",
  namespaces: "",
  team: "",
  requestsPerMinute: "",
  tokensPerMinute: "",
  concurrency: "",
  expiry: "quarter",
};

export type RateLimitBody = Record<LimitName, number | null>;

export interface NewKeyBody {
  owner: string;
  role: RoleName;
  name?: string;
  namespace?: string;
  agents?: string[];
  namespaces?: string[];
  team?: string;
  rate_limit?: RateLimitBody;
  expires_at?: string;
}

/** Names or patterns out of one field, separated by commas or spaces; each once. */
export function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

/** When a key that is made at `now` expires; undefined for never. */
export function expiresAt(preset: ExpiryPreset, now: number): string | undefined {
  if (preset === "never") return undefined;
  return new Date(now + DAYS[preset] * DAY_MS).toISOString();
}

/** The body of `POST /api/v1/keys`; what was left empty is left out. */
export function newKeyBody(form: NewKeyForm, now: number): NewKeyBody {
  const limits = rateLimit(form);
  const [agents, namespaces] = [words(form.agents), words(form.namespaces)];
  const expires = expiresAt(form.expiry, now);
  return {
    owner: form.owner.trim(),
    role: form.role,
    ...(form.name && { name: form.name }),
    ...(form.namespace && { namespace: form.namespace }),
    ...(agents.length > 0 && { agents }),
    ...(namespaces.length > 0 && { namespaces }),
    ...(form.team && { team: form.team }),
    ...(limits && { rate_limit: limits }),
    ...(expires && { expires_at: expires }),
  };
}

function rateLimit(form: NewKeyForm): RateLimitBody | undefined {
  const limits = {
    requestsPerMinute: count(form.requestsPerMinute),
    tokensPerMinute: count(form.tokensPerMinute),
    concurrency: count(form.concurrency),
  };
  return Object.values(limits).some((each) => each !== null) ? limits : undefined;
}

function count(text: string): number | null {
  return text === "" ? null : Number(text);
}
