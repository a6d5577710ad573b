/** Sends a budget to the gateway, and says what became of it in words that the dialog can act on. */
import { api, type Schemas, send } from "@/lib/api";
import { ApiError } from "@/lib/api-error";
import { orNull } from "../manifests/queries";
import { conflictOf, onlyIfNew } from "../manifests/save";
import { type BudgetForm, specOf } from "./budget-form";

type Budget = Schemas["BudgetView"];

export interface SaveRequest {
  form: BudgetForm;
  /** Of the budget that the form began with; null for a new one. */
  version: string | null;
  /** Also one that something else manages. */
  force: boolean;
}

export type Obstacle =
  /** Somebody else stored another one; null where they deleted it. */
  { kind: "changed"; stored: Budget | null } | { kind: "managed"; message: string };

export type Outcome = { kind: "saved" } | { kind: "taken" } | Obstacle;

/** Stores a new budget, or the change of one that is still as it was read. Throws ApiError. */
export async function saveBudget({ form, version, force }: SaveRequest): Promise<Outcome> {
  const path = { namespace: form.namespace, name: form.name };
  const header = version === null ? onlyIfNew(true) : { "if-match": `"${version}"` };
  const params = { path, query: { force }, header };
  try {
    const body = { spec: specOf(form) };
    await send(api.PUT("/api/v1/budgets/{namespace}/{name}", { params, body }));
    return { kind: "saved" };
  } catch (error) {
    return explain(path, version, ApiError.of(error));
  }
}

type Place = Pick<Budget, "namespace" | "name">;

async function explain(path: Place, version: string | null, error: ApiError): Promise<Outcome> {
  if (error.status === 412 && version === null) return { kind: "taken" };
  if (error.status === 412) return { kind: "changed", stored: await readBudget(path) };
  if (conflictOf(error) === "managed") return { kind: "managed", message: error.message };
  throw error;
}

function readBudget(path: Place): Promise<Budget | null> {
  return orNull(send(api.GET("/api/v1/budgets/{namespace}/{name}", { params: { path } })));
}
