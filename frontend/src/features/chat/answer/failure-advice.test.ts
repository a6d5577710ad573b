import { describe, expect, it } from "vitest";
import { formatMoment } from "@/lib/format";
import { t } from "../messages";
import { nextAnnouncement } from "./announcement";
import { adviceFor } from "./failure-advice";

const failure = (status: number, code: string) => ({
  status,
  code,
  message: "as the gateway says",
});

describe("adviceFor", () => {
  it.each([
    [402, "budget_exceeded", t.failure.budget, "budgets"],
    [429, "rate_limit_exceeded", t.failure.limit, "retry"],
    [503, "starting", t.failure.starting, "retry"],
    [503, "agent_not_ready", t.failure.notReady, "agents"],
    [503, "agent_suspended", t.failure.suspended, "agents"],
    [401, "invalid_api_key", t.failure.signedOut, "retry"],
    [403, "forbidden", t.failure.forbidden, "agents"],
    [404, "model_not_found", t.failure.missing, "agents"],
    [413, "request_too_large", t.failure.tooLong, "new-chat"],
    [0, "network", t.failure.network, "retry"],
    [0, "stream_cut", t.failure.cut, "retry"],
    [0, "upstream_disconnected", t.failure.cut, "retry"],
    [500, "internal_error", t.failure.other, "retry"],
  ])("for %i %s says what to do next", (status, code, title, next) => {
    expect(adviceFor(failure(status, code))).toMatchObject({ title, next });
  });

  it("keeps the gateway's own words, which name the budget and when it resets", () => {
    expect(adviceFor(failure(402, "budget_exceeded")).text).toBe("as the gateway says");
  });

  it("tells the gateway's moments in the reader's time, and leaves the rest alone", () => {
    const message = "It begins anew at 2026-12-01T00:00:00Z. Ask for v2026-12-01.";
    const { text } = adviceFor({ status: 402, code: "budget_exceeded", message });
    expect(text).toBe(
      `It begins anew at ${formatMoment("2026-12-01T00:00:00Z")}. Ask for v2026-12-01.`,
    );
  });

  it("passes on how long to wait", () => {
    expect(adviceFor({ ...failure(429, "rate_limit_exceeded"), retryAfter: 12 }).wait).toBe(12);
  });
});

describe("nextAnnouncement", () => {
  it("tells whole sentences only, and each once", () => {
    const first = nextAnnouncement("One. Two is not", 0, false);
    expect(first.text).toBe("One.");
    const second = nextAnnouncement("One. Two is not over. Thr", first.told, false);
    expect(second.text).toBe("Two is not over.");
  });

  it("tells the rest at the end, without the signs of Markdown", () => {
    expect(nextAnnouncement("Use **`ls`**", 0, true).text).toBe("Use ls");
  });

  it("does not stop at a decimal point", () => {
    expect(nextAnnouncement("It is 3.5", 0, false)).toEqual({ text: "", told: 0 });
  });
});
