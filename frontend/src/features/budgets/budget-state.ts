/** How a budget stands, for the bar and for the word beside it. Pure. */
import { formatPercent } from "@/lib/format";

export interface BudgetFacts {
  amount_usd: number;
  enforced: boolean;
  spent_usd: string | null;
  reserved_usd: string | null;
  state: string;
  spec: Record<string, unknown>;
}

export type BudgetState =
  | "exceeded"
  | "tight"
  | "near"
  | "fine"
  | "watching"
  | "uncounted"
  | "broken";

export type ThresholdAction = "warn" | "downgrade" | "stop";

export interface Mark {
  percent: number;
  action: ThresholdAction;
}

/** Shares of the amount, in percent. `spent` may be over 100; the bar ends there. */
export interface BudgetShares {
  spent: number;
  reserved: number;
  shownSpent: number;
  shownReserved: number;
}

/** Reasons with which a budget counts as it should. */
const WORKING = new Set([
  "Enforced",
  "Exceeded",
  "TooLittleLeft",
  "NotEnforced",
  "Pending",
  "Active",
]);
const NEAR_PERCENT = 80;
/** More than a division of two amounts of money is ever off by, in percent. */
const ROUNDING = 1e-9;

/** The shares for the bar; null until the gateway has counted. */
export function shares(budget: BudgetFacts): BudgetShares | null {
  if (budget.spent_usd === null) return null;
  const spent = percentOf(Number(budget.spent_usd), budget.amount_usd);
  const reserved = percentOf(Number(budget.reserved_usd ?? 0), budget.amount_usd);
  const shownSpent = Math.min(spent, 100);
  return { spent, reserved, shownSpent, shownReserved: Math.min(reserved, 100 - shownSpent) };
}

/** A share as people read it: never all of it before it is. */
export function percentText(share: number): string {
  return formatPercent(share < 1 ? share : wholePercent(share));
}

/** A share without its decimals: 99.9 is not 100. */
export function wholePercent(share: number): number {
  return Math.floor(share + ROUNDING);
}

/** In one word, how it stands; worst first. */
export function budgetState(budget: BudgetFacts): BudgetState {
  const share = shares(budget);
  if (budget.state === "Exceeded" || (share && share.spent >= 100)) return "exceeded";
  if (!WORKING.has(budget.state)) return "broken";
  if (budget.state === "TooLittleLeft") return "tight";
  if (share === null) return "uncounted";
  if (share.spent >= firstMark(budget)) return "near";
  return budget.enforced ? "fine" : "watching";
}

/** The thresholds, lowest first; those of a spec that this page does not understand are left out. */
export function marks(spec: Record<string, unknown>): Mark[] {
  const listed = Array.isArray(spec.thresholds) ? spec.thresholds : [];
  return listed.filter(isMark).sort((a, b) => a.percent - b.percent);
}

/** The zone in which its periods begin; UTC also where the browser knows no such zone, as the gateway. */
export function zoneOf(spec: Record<string, unknown>): string {
  const named = typeof spec.timeZone === "string" ? spec.timeZone : "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: named }) && named;
  } catch {
    return "UTC";
  }
}

function firstMark(budget: BudgetFacts): number {
  return Math.min(NEAR_PERCENT, ...marks(budget.spec).map((mark) => mark.percent));
}

function isMark(value: unknown): value is Mark {
  if (typeof value !== "object" || value === null) return false;
  const { percent, action } = value as Partial<Mark>;
  return typeof percent === "number" && ["warn", "downgrade", "stop"].includes(String(action));
}

function percentOf(part: number, whole: number): number {
  return whole > 0 && Number.isFinite(part) ? (part / whole) * 100 : 0;
}
