/** Answers of the gateway for tests of components: no network, and what is not told is a 404. */
import { vi } from "vitest";

export interface Told {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export type Answers = Record<string, Told | ((request: Request) => Told | Promise<Told>)>;

/** Puts `answers`, by "METHOD /path", in the place of fetch; gives the requests that came. */
export function tellGateway(answers: Answers): Request[] {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = new Request(new URL(asUrl(input), window.location.href), initOf(input, init));
    requests.push(request);
    const { pathname } = new URL(request.url);
    const answer = answers[`${request.method} ${pathname}`] ?? notFound(pathname);
    const told = typeof answer === "function" ? await answer(request) : answer;
    return asResponse(told);
  });
  return requests;
}

export const envelope = (code: string, message: string, more: object = {}) => ({
  error: { message, code, type: "", param: null, request_id: "req_test", ...more },
});

const asUrl = (input: Request | string): string => (typeof input === "string" ? input : input.url);

function initOf(input: Request | string, init: RequestInit | undefined): RequestInit | Request {
  return typeof input === "string" ? (init ?? {}) : input;
}

function asResponse({ status = 200, body, headers }: Told): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
  const type = typeof body === "string" ? "text/event-stream" : "application/json";
  return new Response(status === 204 ? null : text, {
    status,
    headers: { "content-type": type, ...headers },
  });
}

const notFound = (path: string): Told => ({
  status: 404,
  body: envelope("not_found", `There is nothing at ${path}.`),
});
