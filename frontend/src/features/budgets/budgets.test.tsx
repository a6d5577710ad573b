import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { type Answers, envelope, tellGateway } from "@/test/answers";
import { bodyOf, renderFor } from "@/test/render-for";
import { BudgetsPage } from "./index";

const budget = {
  namespace: "default",
  name: "team",
  version: "1.3.u",
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

const TAKEN = envelope("precondition_failed", "It is there.", { param: "metadata.name" });
const STALE = envelope("precondition_failed", "It was changed.", { param: "If-Match" });

function gateway(changes: Partial<typeof budget> = {}, more: Answers = {}) {
  return tellGateway({
    "GET /api/v1/budgets": { body: { items: [{ ...budget, ...changes }] } },
    "PUT /api/v1/budgets/default/team": { body: budget },
    ...more,
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
  const asked = gateway({}, { "PUT /api/v1/budgets/default/team": { status: 412, body: TAKEN } });
  renderFor("admin", <BudgetsPage />);
  await screen.findByRole("progressbar");
  await userEvent.click(screen.getByRole("button", { name: "New budget" }));
  const dialog = await screen.findByRole("dialog", { name: "New budget" });
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Name" }), "team");
  await userEvent.type(within(dialog).getByRole("textbox", { name: /Amount/ }), "5");
  await userEvent.click(within(dialog).getByRole("button", { name: "Create" }));
  expect(await within(dialog).findByText(/There is a budget of this name/)).toBeVisible();
  const put = asked.find((each) => each.method === "PUT");
  expect(put?.headers.get("if-none-match")).toBe("*");
  expect(put?.headers.get("if-match")).toBeNull();
});

it("tells the second of two writers, and lets them load what is there or insist", async () => {
  const theirs = { ...budget, version: "2.5.u", spec: { ...budget.spec, amountUSD: 44 } };
  const asked = gateway(
    {},
    {
      "GET /api/v1/budgets/default/team": { body: theirs },
      "PUT /api/v1/budgets/default/team": ({ headers }) =>
        headers.get("if-match") === '"2.5.u"' ? { body: theirs } : { status: 412, body: STALE },
    },
  );
  renderFor("admin", <BudgetsPage />);
  const dialog = await editedTo("25");
  expect(await within(dialog).findByText(/Somebody changed this/)).toBeVisible();
  await userEvent.click(within(dialog).getByRole("button", { name: "Load their version" }));
  expect(within(dialog).getByRole("textbox", { name: /Amount/ })).toHaveValue("44");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const tags = asked.filter((each) => each.method === "PUT").map((each) => each.headers);
  expect(tags.map((each) => each.get("if-match"))).toEqual(['"1.3.u"', '"2.5.u"']);
});

it("asks before it changes or deletes what something else manages", async () => {
  const managed = { status: 409, body: envelope("conflict", "Budget 'team' is managed by Helm.") };
  const unlessForced = ({ url }: Request) => (url.endsWith("force=true") ? { body: {} } : managed);
  const asked = gateway(
    {},
    {
      "PUT /api/v1/budgets/default/team": unlessForced,
      "DELETE /api/v1/budgets/default/team": unlessForced,
    },
  );
  renderFor("admin", <BudgetsPage />);
  const dialog = await editedTo("25");
  expect(await within(dialog).findByText(/managed by Helm/)).toBeVisible();
  await userEvent.click(within(dialog).getByRole("button", { name: "Change it anyway" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

  await userEvent.click(screen.getByRole("button", { name: "Delete default/team" }));
  const question = await screen.findByRole("alertdialog");
  await userEvent.type(within(question).getByRole("textbox"), "team");
  await userEvent.click(within(question).getByRole("button", { name: "Delete" }));
  await userEvent.click(await within(question).findByRole("button", { name: "Delete it anyway" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  const forced = asked.filter((each) => each.url.endsWith("force=true")).map((each) => each.method);
  expect(forced).toEqual(["PUT", "DELETE"]);
});

it("does not lose a changed form by Escape", async () => {
  gateway();
  renderFor("admin", <BudgetsPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Edit default/team" }));
  const dialog = await screen.findByRole("dialog", { name: "Edit team" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Add a threshold" }));
  await userEvent.keyboard("{Escape}");
  expect(await screen.findByRole("alertdialog", { name: "Close without saving?" })).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(dialog).toBeVisible();
});

async function editedTo(amount: string) {
  await userEvent.click(await screen.findByRole("button", { name: "Edit default/team" }));
  const dialog = await screen.findByRole("dialog", { name: "Edit team" });
  const field = within(dialog).getByRole("textbox", { name: /Amount/ });
  await userEvent.clear(field);
  await userEvent.type(field, amount);
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  return dialog;
}
