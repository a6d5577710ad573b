import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toaster } from "@/components/ui/toaster";
import { type Answers, envelope, tellGateway } from "@/test/answers";
import { renderFor } from "@/test/render-for";
import { AccountMenu } from "./account-menu";
import { t } from "./messages";

const assign = vi.fn();

beforeEach(() => {
  assign.mockClear();
  vi.spyOn(window.location, "assign").mockImplementation(assign);
});
afterEach(() => vi.restoreAllMocks());

async function choose(item: string, answers: Answers): Promise<Request[]> {
  const requests = tellGateway(answers);
  const user = userEvent.setup();
  renderFor(
    "user",
    <>
      <AccountMenu />
      <Toaster />
    </>,
  );
  await user.click(screen.getByRole("button", { name: t.account("admin") }));
  await user.click(await screen.findByRole("menuitem", { name: item }));
  await waitFor(() => expect(requests).toHaveLength(1));
  return requests;
}

describe("the account menu", () => {
  it.each([
    [t.signOut, "false"],
    [t.signOutEverywhere, "true"],
  ])("%s", async (item, all) => {
    const [request] = await choose(item, { "DELETE /api/v1/session": { status: 204 } });
    expect(new URL(request?.url ?? "").searchParams.get("all")).toBe(all);
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
  });

  it("stays when the sessions could not be ended, and says why", async () => {
    const body = envelope("unavailable", "The limits store is away.");
    await choose(t.signOutEverywhere, { "DELETE /api/v1/session": { status: 503, body } });
    expect(await screen.findByText(/The limits store is away/)).toBeVisible();
    expect(assign).not.toHaveBeenCalled();
  });
});
