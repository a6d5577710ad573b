import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { tellGateway } from "@/test/answers";
import { renderFor } from "@/test/render-for";
import { AuditLog } from "./audit-log";
import { ChainStatus } from "./chain-status";
import { type AuditFilters, filtersOf } from "./filters";

function event(seq: number) {
  return {
    seq,
    id: `id-${seq}`,
    at: "2026-11-23T12:00:00.000Z",
    action: "key.created",
    actor: "admin",
    address: "127.0.0.1",
    namespace: "default",
    subject: `ApiKey/default/k${seq}`,
    request_id: "req_1",
    detail: { role: "user" },
    hash: "abc",
  };
}

/** The log with its filters where a page has them; `address.show` is somebody's going elsewhere. */
function Page({ address }: { address: { show: (filters: AuditFilters) => void } }) {
  const [filters, setFilters] = useState<AuditFilters>({});
  address.show = setFilters;
  return <AuditLog filters={filters} onFilter={setFilters} />;
}

function gateway() {
  return tellGateway({
    "GET /api/v1/audit": (request) =>
      asks(request).cursor
        ? { body: { items: [event(1)], next_cursor: null } }
        : { body: { items: [event(2)], next_cursor: "2" } },
  });
}

function asks(request: Request | undefined): Record<string, string> {
  return Object.fromEntries(new URL(request?.url ?? "about:blank").searchParams);
}

it("asks the gateway for what the address says, page by page", async () => {
  const asked = gateway();
  const filters = { actor: "admin", action: "key.created" } as const;
  renderFor("admin", <AuditLog filters={filters} onFilter={() => undefined} />);
  expect((await screen.findAllByText("ApiKey/default/k2")).length).toBeGreaterThan(0);
  expect(asks(asked[0])).toEqual({
    actor: "admin",
    action: "key.created",
    limit: "50",
  });
  await userEvent.click(screen.getByRole("button", { name: "Load older events" }));
  expect((await screen.findAllByText("ApiKey/default/k1")).length).toBeGreaterThan(0);
  expect(asks(asked[1]).cursor).toBe("2");
  await waitFor(() => expect(screen.queryByRole("button", { name: /older/ })).toBeNull());
});

it("hands the filters of the form to the address, without what is empty", async () => {
  gateway();
  const onFilter = vi.fn();
  renderFor("admin", <AuditLog filters={{ namespace: "old" }} onFilter={onFilter} />);
  await userEvent.type(screen.getByRole("textbox", { name: "Actor" }), " default/ci ");
  await userEvent.clear(screen.getByRole("textbox", { name: "Namespace" }));
  await userEvent.selectOptions(screen.getByLabelText("Action"), "Chat denied");
  await userEvent.click(screen.getByRole("button", { name: "Apply" }));
  expect(onFilter).toHaveBeenLastCalledWith({ actor: "default/ci", action: "chat.denied" });
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(onFilter).toHaveBeenLastCalledWith({});
});

it("keeps the focus where it is, and shows what the address says when that changes", async () => {
  gateway();
  const address = { show: (_: AuditFilters) => {} };
  renderFor("admin", <Page address={address} />);
  const actor = screen.getByRole("textbox", { name: "Actor" });
  await userEvent.type(actor, " admin {Enter}");
  expect(actor).toHaveFocus();
  expect(actor).toHaveValue("admin");
  act(() => address.show({ subject: "ApiKey/default/ci" }));
  expect(actor).toHaveValue("");
  expect(screen.getByRole("textbox", { name: "Subject" })).toHaveValue("ApiKey/default/ci");
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(screen.getByRole("button", { name: "Apply" })).toHaveFocus();
  expect(screen.getByRole("textbox", { name: "Subject" })).toHaveValue("");
});

it("says at the field that there can be no such namespace, and asks for nothing", async () => {
  gateway();
  const onFilter = vi.fn();
  renderFor("admin", <AuditLog filters={{}} onFilter={onFilter} />);
  const namespace = screen.getByRole("textbox", { name: "Namespace" });
  await userEvent.type(namespace, "Team_A{Enter}");
  expect(namespace).toHaveFocus();
  expect(namespace).toHaveAccessibleDescription(/No namespace can be called so/);
  expect(onFilter).not.toHaveBeenCalled();
  await userEvent.clear(namespace);
  expect(namespace).toBeValid();
  await userEvent.type(namespace, "team-a{Enter}");
  expect(onFilter).toHaveBeenCalledExactlyOnceWith({ namespace: "team-a" });
});

it("says it of an address, too, in place of showing everything", async () => {
  const asked = gateway();
  renderFor("admin", <AuditLog filters={filtersOf({ namespace: "Team_A" })} onFilter={vi.fn()} />);
  expect(screen.getByRole("textbox", { name: "Namespace" })).toBeInvalid();
  await waitFor(() => expect(asks(asked[0]).namespace).toBe("Team_A"));
});

it("shows everything of an event", async () => {
  gateway();
  renderFor("admin", <AuditLog filters={{}} onFilter={() => undefined} />);
  const [open] = await screen.findAllByRole("button", { name: "Details of event 2" });
  await userEvent.click(open as Element);
  const drawer = await screen.findByRole("dialog", { name: "Event 2" });
  expect(drawer).toHaveTextContent("127.0.0.1");
  expect(drawer).toHaveTextContent('"role": "user"');
});

it.each([
  [{ ok: true, rows: 7, problem: null, checkpoint: "7:abc" }, /as it was written: 7 events hold/],
  [
    { ok: false, rows: 4, problem: { seq: 5, what: "the hash is another" }, checkpoint: null },
    /breaks at event 5: the hash is another.*4 events before it hold/,
  ],
])("tells how far the chain holds", async (found, said) => {
  const times = { first: "2026-11-01T00:00:00Z", last: "2026-11-23T00:00:00Z" };
  tellGateway({ "GET /api/v1/audit/verify": { body: { ...times, ...found } } });
  renderFor("admin", <ChainStatus />);
  await userEvent.click(screen.getByRole("button", { name: "Verify" }));
  expect(await screen.findByText(said)).toBeVisible();
});
