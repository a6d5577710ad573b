import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { tellGateway } from "@/test/answers";
import { bodyOf, renderFor } from "@/test/render-for";
import { BudgetsPage } from "./index";

const budget = {
  namespace: "default",
  name: "team",
  scope: "Team search",
  amount_usd: 20,
  period: "month",
  enforced: true,
  spent_usd: "17.000000",
  remaining_usd: "3.000000",
  reserved_usd: "1.000000",
  percent: 85,
  period_started_at: "2026-11-01T00:00:00Z",
  resets_at: "2026-12-01T00:00:00Z",
  state: "Enforced",
  too_little_for: [] as string[],
  least_chat_usd: null as string | null,
  labels: {},
  spec: {
    scope: { kind: "Team", name: "search" },
    amountUSD: 20,
    period: "month",
    thresholds: [{ percent: 90, action: "warn" }],
  },
  conditions: [],
};

function gateway(changes: Partial<typeof budget> = {}) {
  return tellGateway({
    "GET /api/v1/budgets": { body: { items: [{ ...budget, ...changes }] } },
    "PUT /api/v1/budgets/default/team": { body: budget },
  });
}

it("tells in words and numbers how much is spent", async () => {
  gateway();
  renderFor("viewer", <BudgetsPage />);
  const bar = await screen.findByRole("progressbar", { name: "Spending of default/team" });
  expect(bar).toHaveAttribute("aria-valuemin", "0");
  expect(bar).toHaveAttribute("aria-valuemax", "100");
  expect(bar).toHaveAttribute("aria-valuenow", "85");
  expect(bar).toHaveAttribute("aria-valuetext", "$17.00 of $20.00 spent, 85 %, $1.00 reserved");
  expect(screen.getByText("Nearly spent")).toBeVisible();
  expect(screen.getByText("warn at 90 %")).toBeVisible();
});

it("says that chats are refused though little is spent", async () => {
  const short = { spent_usd: "0.00", too_little_for: ["default/demo"], least_chat_usd: "0.05" };
  gateway({ ...short, state: "TooLittleLeft" });
  renderFor("viewer", <BudgetsPage />);
  expect(await screen.findByText("Too little left")).toBeVisible();
  expect(screen.getByText(/even the cheapest sets aside \$0\.05/)).toBeVisible();
  expect(screen.queryByText("Within budget")).toBeNull();
});

it("names the agents whose chats do not fit any more while others do", async () => {
  gateway({ spent_usd: "1.00", too_little_for: ["default/demo"], least_chat_usd: "0.05" });
  renderFor("viewer", <BudgetsPage />);
  expect(await screen.findByText("Within budget")).toBeVisible();
  expect(screen.getByText(/Chats with default\/demo are refused/)).toBeVisible();
});

it("lets only admins change budgets", async () => {
  gateway();
  renderFor("editor", <BudgetsPage />);
  await screen.findByRole("progressbar");
  expect(screen.queryByRole("button", { name: /New budget|Edit|Delete/ })).toBeNull();
});

it("keeps name and scope of a budget that is edited, and what the form does not change", async () => {
  const asked = gateway();
  renderFor("admin", <BudgetsPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Edit default/team" }));
  const dialog = await screen.findByRole("dialog", { name: "Edit team" });
  expect(within(dialog).getByRole("textbox", { name: "Name" })).toHaveAttribute("readonly");
  const amount = within(dialog).getByRole("textbox", { name: /Amount/ });
  await userEvent.clear(amount);
  await userEvent.type(amount, "25.50");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(asked.some((each) => each.method === "PUT")).toBe(true));
  expect(await bodyOf(asked, "PUT")).toEqual({
    spec: {
      scope: { kind: "Team", name: "search" },
      amountUSD: 25.5,
      period: "month",
      timeZone: "UTC",
      enforce: true,
      failOpen: false,
      thresholds: [{ percent: 90, action: "warn" }],
    },
  });
});

it("does not replace a budget by creating one of its name", async () => {
  const asked = gateway();
  renderFor("admin", <BudgetsPage />);
  await screen.findByRole("progressbar");
  await userEvent.click(screen.getByRole("button", { name: "New budget" }));
  const dialog = await screen.findByRole("dialog", { name: "New budget" });
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Name" }), "team");
  await userEvent.type(within(dialog).getByRole("textbox", { name: /Amount/ }), "5");
  await userEvent.click(within(dialog).getByRole("button", { name: "Create" }));
  expect(await within(dialog).findByText(/There is a budget of this name/)).toBeVisible();
  expect(asked.some((each) => each.method === "PUT")).toBe(false);
});
