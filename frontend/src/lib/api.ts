/**
 * The gateway's API, typed by its OpenAPI document. The session cookie travels by itself; no key is
 * ever in the hands of this code after the sign-in.
 *
 * `send(api.GET("/api/v1/agents"))` gives the body, or throws an `ApiError`.
 */
import createClient from "openapi-fetch";
import type { components, paths } from "@/api/generated/schema";
import { ApiError } from "./api-error";

export type Schemas = components["schemas"];

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // Looked up at each call, so that tests may put a fetch of their own in its place.
  fetch: (request) => globalThis.fetch(request),
});

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; throws ApiError for every other one, and when there is none. */
export async function send<T>(call: Promise<Answer<T>>): Promise<T> {
  const answer = await call.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw ApiError.of(error);
  });
  if (!answer.response.ok) throw ApiError.ofAnswer(answer.response, answer.error);
  return answer.data as T;
}
