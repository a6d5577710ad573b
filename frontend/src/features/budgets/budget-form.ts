/** Between a Budget's spec and the form that edits it. Pure; what the form does not show, it keeps. */
import { z } from "zod";
import { t } from "./messages";

export const SCOPES = ["Namespace", "Agent", "Key", "Team"] as const;
export const PERIODS = ["hour", "day", "week", "month", "total"] as const;
export const ACTIONS = ["warn", "downgrade", "stop"] as const;

const resourceName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const scopeName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const percent = z.string().refine((text) => /^[0-9]+$/.test(text) && isShare(Number(text)), {
  message: t.wrong.percent,
});

const threshold = z
  .object({ percent, action: z.enum(ACTIONS), model: z.string().trim() })
  .refine((mark) => mark.action !== "downgrade" || resourceName.test(mark.model), {
    path: ["model"],
    message: t.wrong.model,
  });

export const budgetForm = z
  .object({
    namespace: z.string().trim().min(1, t.wrong.noNamespace).regex(resourceName, t.wrong.name),
    name: z.string().trim().min(1, t.wrong.noName).max(63).regex(resourceName, t.wrong.name),
    scopeKind: z.enum(SCOPES),
    scopeName: z.string().trim().max(63),
    amount: z.string().refine((text) => isAmount(Number(text.trim() || Number.NaN)), {
      message: t.wrong.amount,
    }),
    period: z.enum(PERIODS),
    timeZone: z.string().trim().min(1, t.wrong.timeZone),
    enforce: z.boolean(),
    failOpen: z.boolean(),
    thresholds: z.array(threshold).max(8, t.wrong.thresholds),
  })
  .refine((form) => form.scopeKind === "Namespace" || scopeName.test(form.scopeName), {
    path: ["scopeName"],
    message: t.wrong.scopeName,
  });

export type BudgetForm = z.infer<typeof budgetForm>;

export function emptyBudgetForm(namespace: string): BudgetForm {
  return {
    namespace,
    name: "",
    scopeKind: "Namespace",
    scopeName: "",
    amount: "",
    period: "month",
    timeZone: "UTC",
    enforce: true,
    failOpen: false,
    thresholds: [{ percent: "80", action: "warn", model: "" }],
  };
}

export interface Spec {
  scope?: { kind?: string; name?: string };
  amountUSD?: number;
  period?: string;
  timeZone?: string;
  thresholds?: { percent: number; action: string; model?: string }[];
  enforce?: boolean;
  failOpen?: boolean;
}

/** The form for a budget that exists. */
export function formOf(namespace: string, name: string, spec: Spec): BudgetForm {
  return {
    namespace,
    name,
    scopeKind: oneOf(SCOPES, spec.scope?.kind, "Namespace"),
    scopeName: spec.scope?.name ?? "",
    amount: spec.amountUSD === undefined ? "" : String(spec.amountUSD),
    period: oneOf(PERIODS, spec.period, "month"),
    timeZone: spec.timeZone ?? "UTC",
    enforce: spec.enforce ?? true,
    failOpen: spec.failOpen ?? false,
    thresholds: (spec.thresholds ?? []).map((mark) => ({
      percent: String(mark.percent),
      action: oneOf(ACTIONS, mark.action, "warn"),
      model: mark.model ?? "",
    })),
  };
}

/** What `PUT /api/v1/budgets/{namespace}/{name}` takes as `spec`. */
export function specOf(form: BudgetForm) {
  const thresholds = form.thresholds.map((mark) => ({
    percent: Number(mark.percent),
    action: mark.action,
    ...(mark.action === "downgrade" && { model: mark.model.trim() }),
  }));
  return {
    scope: {
      kind: form.scopeKind,
      ...(form.scopeKind !== "Namespace" && { name: form.scopeName.trim() }),
    },
    amountUSD: Number(form.amount),
    period: form.period,
    timeZone: form.timeZone.trim(),
    enforce: form.enforce,
    failOpen: form.failOpen,
    ...(thresholds.length > 0 && { thresholds }),
  };
}

function isShare(value: number): boolean {
  return value >= 1 && value <= 100;
}

function isAmount(value: number): boolean {
  return Number.isFinite(value) && value > 0 && value <= 1_000_000_000;
}

function oneOf<T extends string>(known: readonly T[], value: string | undefined, other: T): T {
  return known.find((each) => each === value) ?? other;
}
