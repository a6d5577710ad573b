/**
 * What the gateway refused, or why it could not be asked. The gateway answers every failure with
 * one envelope: `{"error": {"message", "type", "param", "code", "request_id"}}`.
 */
import { t } from "@/messages/common";

export interface ApiErrorFacts {
  /** HTTP status; 0 when there was no answer at all. */
  status: number;
  /** For programs, like `budget_exceeded`. */
  code: string;
  /** For people. */
  message: string;
  /** Path of the field that is wrong, like `spec.instructions`. */
  param?: string | undefined;
  requestId?: string | undefined;
  /** Seconds to wait before trying again. */
  retryAfter?: number | undefined;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(facts: ApiErrorFacts) {
    super(facts.message);
    this.name = "ApiError";
    this.status = facts.status;
    this.code = facts.code;
    this.param = facts.param;
    this.requestId = facts.requestId;
    this.retryAfter = facts.retryAfter;
  }

  /** The error of an answer whose body was read already. */
  static ofAnswer(response: Response, body: unknown): ApiError {
    return new ApiError({
      message: t.errors.status(response.status),
      code: "unknown",
      ...told(body),
      status: response.status,
      requestId: told(body).requestId ?? response.headers.get("x-request-id") ?? undefined,
      retryAfter: seconds(response.headers.get("retry-after")),
    });
  }

  /** Whatever was thrown, as an ApiError. */
  static of(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    if (error instanceof TypeError && !navigator.onLine)
      return ApiError.unreachable(t.errors.offline);
    if (error instanceof TypeError) return ApiError.unreachable(t.errors.unreachable);
    const message = error instanceof Error ? error.message : String(error);
    return new ApiError({ status: 0, code: "client_error", message });
  }

  static unreachable(message: string): ApiError {
    return new ApiError({ status: 0, code: "network", message });
  }
}

/** The facts of an envelope; empty when it is none. */
export function told(body: unknown): Partial<Omit<ApiErrorFacts, "status">> {
  const error = isRecord(body) ? body.error : undefined;
  if (!isRecord(error)) return {};
  const facts: Partial<Omit<ApiErrorFacts, "status">> = {};
  if (typeof error.message === "string") facts.message = error.message;
  if (typeof error.code === "string") facts.code = error.code;
  if (typeof error.param === "string") facts.param = error.param;
  if (typeof error.request_id === "string") facts.requestId = error.request_id;
  return facts;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function seconds(header: string | null): number | undefined {
  const value = Number(header);
  return header !== null && Number.isFinite(value) && value >= 0 ? value : undefined;
}
