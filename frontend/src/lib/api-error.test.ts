import { describe, expect, it } from "vitest";
import { envelope } from "@/test/answers";
import { ApiError } from "./api-error";
import { worthRetrying } from "./query-client";

const response = (status: number, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers });

describe("ApiError", () => {
  it("has all that the gateway's envelope says", () => {
    const body = envelope("invalid_request", "spec.x is wrong.", { param: "spec.x" });
    expect(ApiError.ofAnswer(response(422, { "retry-after": "7" }), body)).toMatchObject({
      status: 422,
      code: "invalid_request",
      message: "spec.x is wrong.",
      param: "spec.x",
      requestId: "req_test",
      retryAfter: 7,
    });
  });

  it.each([[undefined], ["<html>"], [[]], [{ error: "no" }]])(
    "says something useful for a body like %j",
    (body) => {
      const error = ApiError.ofAnswer(response(502, { "x-request-id": "req_h" }), body);
      expect(error.message).toContain("502");
      expect(error.requestId).toBe("req_h");
    },
  );

  it("tells a gateway that cannot be reached from a fault of our own", () => {
    expect(ApiError.of(new TypeError("Failed to fetch")).code).toBe("network");
    expect(ApiError.of(new Error("oops"))).toMatchObject({ code: "client_error", message: "oops" });
  });
});

describe("worthRetrying", () => {
  const failed = (status: number) => new ApiError({ status, code: "", message: "" });

  it("is what may be better in a moment, and not for ever", () => {
    expect(worthRetrying(0, failed(503))).toBe(true);
    expect(worthRetrying(2, failed(503))).toBe(false);
    expect(worthRetrying(0, failed(403))).toBe(false);
  });
});
