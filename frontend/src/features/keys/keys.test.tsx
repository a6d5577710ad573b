import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { type Answers, envelope, tellGateway } from "@/test/answers";
import { bodyOf, renderFor } from "@/test/render-for";
import { KeysPage } from "./index";

const SECRET = "qd_0123456789abcdefghijklmnopqrstuvwxyz";
const key = {
  namespace: "default",
  name: "ci",
  owner: "ci@example.com",
  role: "user",
  agents: ["*"],
  namespaces: ["default"],
  team: "",
  rate_limit: null,
  revision: 1,
  hint: "qd_0123",
  secret_name: null,
  created_at: "2026-11-23T12:00:00Z",
  expires_at: null,
  last_used_at: null,
  revoked: false,
  ready: true,
  reason: "Active",
  message: "",
};

function gateway(more: Answers = {}) {
  return tellGateway({
    "PATCH /api/v1/keys/default/ci": { body: { ...key, owner: "bob" } },
    "GET /api/v1/keys": { body: { items: [key] } },
    "POST /api/v1/keys": { status: 201, body: { key, secret: SECRET } },
    "POST /api/v1/keys/default/ci/rotate": { body: { key, secret: SECRET } },
    "POST /api/v1/keys/default/ci/revoke": { body: { ...key, revoked: true } },
    ...more,
  });
}

async function chooseAction(name: string) {
  await userEvent.click((await screen.findAllByLabelText("Actions for default/ci"))[0] as Element);
  await userEvent.click(await screen.findByRole("menuitem", { name }));
}

it("shows a new key once, and has it nowhere after it was stored", async () => {
  const stored = vi.spyOn(Storage.prototype, "setItem");
  const asked = gateway();
  const { client } = renderFor("admin", <KeysPage />);
  await userEvent.click(await screen.findByRole("button", { name: "New key" }));
  await userEvent.type(screen.getByRole("textbox", { name: /Owner/ }), "ci@example.com");
  await userEvent.click(screen.getByRole("button", { name: "Make the key" }));

  const dialog = await screen.findByRole("alertdialog", { name: "Store the key now" });
  expect(within(dialog).getByText(SECRET)).toBeVisible();
  const close = within(dialog).getByRole("button", { name: "Close" });
  expect(close).toBeDisabled();
  await userEvent.keyboard("{Escape}");
  expect(dialog).toBeVisible();

  await userEvent.click(within(dialog).getByRole("checkbox", { name: "I have stored it" }));
  await userEvent.click(close);
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(document.body.innerHTML).not.toContain(SECRET);
  const caches = [
    ...client
      .getQueryCache()
      .getAll()
      .map((query) => query.state),
    ...client
      .getMutationCache()
      .getAll()
      .map((mutation) => mutation.state),
  ];
  expect(JSON.stringify(caches)).not.toContain(SECRET);
  expect(JSON.stringify(stored.mock.calls)).not.toContain(SECRET);
  expect(window.location.href).not.toContain(SECRET);
  expect(await bodyOf(asked, "POST")).toMatchObject({
    owner: "ci@example.com",
    role: "user",
  });
});

it("says at the field what is wrong, and asks the gateway nothing", async () => {
  const asked = gateway();
  renderFor("admin", <KeysPage />);
  await userEvent.click(await screen.findByRole("button", { name: "New key" }));
  await userEvent.click(screen.getByRole("button", { name: "Make the key" }));
  expect(await screen.findByText(/Say who will use the key/)).toBeVisible();
  expect(screen.getByRole("textbox", { name: /Owner/ })).toBeInvalid();
  expect(asked.filter((each) => each.method === "POST")).toEqual([]);
});

it("rotates with the overlap that was chosen", async () => {
  const asked = gateway();
  renderFor("admin", <KeysPage />);
  await chooseAction("Rotate");
  await userEvent.selectOptions(await screen.findByLabelText("The old key works on"), "hour");
  await userEvent.click(screen.getByRole("button", { name: "Rotate" }));
  expect(await screen.findByText(SECRET)).toBeVisible();
  expect(await bodyOf(asked, "POST")).toEqual({ overlap_seconds: 3600 });
});

it("edits what was changed, and no more", async () => {
  const asked = gateway();
  renderFor("admin", <KeysPage />);
  await chooseAction("Edit");
  const dialog = await screen.findByRole("dialog", { name: "Edit ci" });
  const owner = within(dialog).getByRole("textbox", { name: /Owner/ });
  expect(owner).toHaveValue("ci@example.com");
  await userEvent.clear(owner);
  await userEvent.type(owner, "bob");
  await userEvent.type(within(dialog).getByRole("textbox", { name: "Chats at once" }), "4");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await bodyOf(asked, "PATCH")).toEqual({ owner: "bob", rate_limit: { concurrency: 4 } });
});

it("asks before it edits a key that something else manages", async () => {
  const managed = envelope("conflict", "ApiKey 'ci' is managed by Helm.");
  const asked = gateway({
    "PATCH /api/v1/keys/default/ci": ({ url }) =>
      url.endsWith("force=true") ? { body: key } : { status: 409, body: managed },
  });
  renderFor("admin", <KeysPage />);
  await chooseAction("Edit");
  await userEvent.selectOptions(await screen.findByLabelText("Expires"), "week");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/managed by Helm/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Change it anyway" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.filter((each) => each.method === "PATCH")).toHaveLength(2);
});

it("does not lose what was typed by Escape", async () => {
  gateway();
  renderFor("admin", <KeysPage />);
  await userEvent.click(await screen.findByRole("button", { name: "New key" }));
  await userEvent.type(screen.getByRole("textbox", { name: /Owner/ }), "ann");
  await userEvent.keyboard("{Escape}");
  const question = await screen.findByRole("alertdialog", { name: "Close without saving?" });
  await userEvent.click(within(question).getByRole("button", { name: "Cancel" }));
  expect(screen.getByRole("textbox", { name: /Owner/ })).toHaveValue("ann");
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await userEvent.click(await screen.findByRole("button", { name: "Close and lose it" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("revokes only after the name was typed", async () => {
  const asked = gateway();
  renderFor("admin", <KeysPage />);
  await chooseAction("Revoke");
  const revoke = await screen.findByRole("button", { name: "Revoke" });
  expect(revoke).toBeDisabled();
  await userEvent.type(screen.getByRole("textbox", { name: /Type/ }), "ci");
  await userEvent.click(revoke);
  await waitFor(() => expect(asked.some((each) => each.url.endsWith("/ci/revoke"))).toBe(true));
});

it("tells everybody but admins that it is not for them, and asks nothing", async () => {
  const asked = gateway();
  renderFor("editor", <KeysPage />);
  expect(await screen.findByText(/needs the role admin, and your key has editor/)).toBeVisible();
  expect(asked).toEqual([]);
});
