import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api-error";
import { AgentForm } from "../agents/agent-form";
import { modelsQuery } from "../models/queries";
import { DraftProvider } from "./draft-context";
import { type JsonObject, revisionOf, withRevision } from "./manifest";
import { ManifestEditor } from "./manifest-editor";
import { namespacesQuery } from "./queries";
import agentSchema from "./recorded/agent-schema.json";
import type { ManifestApi } from "./save";

const POET: JsonObject = {
  apiVersion: "quarterdeck.dev/v1alpha1",
  kind: "Agent",
  metadata: { name: "poet", namespace: "default" },
  spec: { model: "demo-model", instructions: "Rhyme." },
};

/** A store of one manifest with versions, which refuses what the gateway would refuse. */
function storeOf(stored: JsonObject | null, refusal?: ApiError) {
  let version = 1;
  let generation = 1;
  const held = { manifest: stored };
  const withVersion = (manifest: JsonObject) =>
    withRevision(manifest, { resourceVersion: String(version), generation });
  const api: ManifestApi = {
    read: async () => held.manifest && withVersion(held.manifest),
    put: async (_, manifest, options) => {
      const read = revisionOf(manifest);
      const newest = read === undefined || read.resourceVersion === String(version);
      if (!newest && read.generation !== generation) throw conflict();
      if (refusal) throw refusal;
      if (!options.dry_run) {
        version += 1;
        generation += 1;
        held.manifest = manifest;
      }
      return withVersion(manifest);
    },
  };
  const report = () => {
    version += 1;
  };
  const touch = () => {
    report();
    generation += 1;
  };
  return { api, held, report, touch };
}

function conflict() {
  const facts = { status: 409, code: "conflict", message: "changed" };
  return new ApiError({ ...facts, param: "metadata.resourceVersion" });
}

async function show(api: ManifestApi, stored: JsonObject | null) {
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  client.setQueryData(modelsQuery.queryKey, [
    { namespace: "default", name: "demo-model", ready: true },
    { namespace: "elsewhere", name: "other", ready: true },
  ] as never);
  client.setQueryData(namespacesQuery.queryKey, { items: [], default: "default" });
  const saved = vi.fn();
  const empty = {
    ...POET,
    metadata: { name: "", namespace: "default" },
    spec: { model: "", instructions: "" },
  };
  const editor = () => (
    <DraftProvider
      schema={agentSchema}
      manifest={stored ?? empty}
      revision={stored ? { resourceVersion: "1", generation: 1 } : undefined}
      stored={stored !== null}
    >
      <ManifestEditor
        api={api}
        place={stored ? { namespace: "default", name: "poet" } : undefined}
        defaultNamespace="default"
        form={<AgentForm />}
        onSaved={saved}
        onCancel={() => {}}
      />
    </DraftProvider>
  );
  const history = createMemoryHistory({ initialEntries: ["/"] });
  const router = createRouter({ routeTree: createRootRoute({ component: editor }), history });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  await screen.findByRole("button", { name: stored ? "Save" : "Create" });
  return { user: userEvent.setup({ delay: null }), saved };
}

const field = (name: RegExp) => screen.getByRole("textbox", { name });

// Every keystroke judges the whole draft, and machines that test are busy.
vi.setConfig({ testTimeout: 30_000 });

describe("the editor of a manifest", () => {
  it("says what is missing at its field, goes there, and sends nothing", async () => {
    const { api, held } = storeOf(null);
    const { user, saved } = await show(api, null);
    expect(screen.queryByRole("alert")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Create" }));
    const name = field(/^Name\b/);
    expect(name).toBeInvalid();
    expect(name).toHaveFocus();
    expect(name).toHaveAccessibleDescription(/Must not be empty\./);
    expect(field(/^Instructions/)).toBeInvalid();
    expect(held.manifest).toBeNull();
    expect(saved).not.toHaveBeenCalled();
  });

  it("creates an agent from the form, with a model of its namespace", async () => {
    const { api, held } = storeOf(null);
    const { user, saved } = await show(api, null);
    await user.type(field(/^Name\b/), "poet");
    await user.type(field(/^Instructions/), "Rhyme.");
    const model = screen.getByRole("combobox", { name: /^Model/ });
    expect(within(model).queryByRole("option", { name: "other" })).toBeNull();
    await user.selectOptions(model, "demo-model");
    await user.click(screen.getByRole("button", { name: "Create" }));
    await waitFor(() => expect(saved).toHaveBeenCalled());
    expect(held.manifest).toEqual(POET);
  });

  it("judges a number while it is typed", async () => {
    const { user } = await show(storeOf(POET).api, POET);
    const seconds = field(/^Seconds per chat/);
    await user.type(seconds, "9999");
    expect(seconds).toHaveAccessibleDescription(/Must be at most 3600\./);
    await user.clear(seconds);
    expect(seconds).toBeValid();
  });

  it("shows the gateway's refusal at the field", async () => {
    const message = "spec.model: Invalid value: there is no such Model.";
    const facts = { status: 422, code: "invalid_request", message, param: "spec.model" };
    const { user, saved } = await show(storeOf(POET, new ApiError(facts)).api, POET);
    await user.click(screen.getByRole("button", { name: "Save" }));
    const model = await screen.findByRole("combobox", { name: /^Model/ });
    await waitFor(() => expect(model).toBeInvalid());
    expect(model).toHaveAccessibleDescription(/there is no such Model/);
    expect(model).toHaveFocus();
    expect(saved).not.toHaveBeenCalled();
  });

  it("keeps the draft when somebody else was faster, and overwrites only when told", async () => {
    const { api, held, touch } = storeOf(POET);
    const { user, saved } = await show(api, POET);
    await user.type(field(/^Description/), "Mine");
    touch();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Somebody changed this in the meantime");
    expect(held.manifest).toEqual(POET);
    await user.click(screen.getByRole("button", { name: "Keep my draft" }));
    expect(field(/^Description/)).toHaveValue("Mine");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(saved).toHaveBeenCalled());
    expect(held.manifest?.spec).toMatchObject({ description: "Mine" });
  });

  it("saves over a status that moved on, which is nobody's change", async () => {
    const { api, held, report } = storeOf(POET);
    const { user, saved } = await show(api, POET);
    await user.type(field(/^Description/), "Mine");
    report();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(saved).toHaveBeenCalled());
    expect(screen.queryByRole("alert")).toBeNull();
    expect(held.manifest?.spec).toMatchObject({ description: "Mine" });
  });

  it("says below the form what is wrong, but not in which line of the YAML", async () => {
    const { user } = await show(storeOf(null).api, null);
    await user.click(screen.getByRole("button", { name: "Create" }));
    const problems = screen.getByRole("region", { name: "Problems" });
    expect(problems).toHaveTextContent("metadata.name");
    expect(problems).not.toHaveTextContent(/Line \d/);
  });

  it("hides what an agent that runs elsewhere has not", async () => {
    const { user } = await show(storeOf(POET).api, POET);
    const place = screen.getByRole("combobox", { name: "Who answers" });
    await user.selectOptions(place, "An agent that already runs elsewhere");
    expect(screen.queryByRole("textbox", { name: /^Instructions/ })).toBeNull();
    expect(field(/^Address/)).toBeVisible();
    await user.selectOptions(place, "Quarterdeck's worker");
    expect(field(/^Instructions/)).toHaveValue("Rhyme.");
  });
});
