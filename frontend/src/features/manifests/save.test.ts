import { describe, expect, it } from "vitest";
import { ApiError } from "@/lib/api-error";
import { newDraft } from "./draft";
import type { JsonObject } from "./manifest";
import { type ManifestApi, onlyIfNew, type PutOptions, save } from "./save";

const MANIFEST: JsonObject = {
  kind: "Agent",
  metadata: { name: "demo", namespace: "team" },
  spec: { model: "m" },
};

/** A store of one manifest that behaves like the gateway's. */
function store(stored: JsonObject | null, refused?: ApiError) {
  const sent: { manifest: JsonObject; options: PutOptions }[] = [];
  const api: ManifestApi = {
    read: async () => stored,
    put: async (_, manifest, options) => {
      if (options.onlyNew && stored) throw refusal(412, "there already", "metadata.name");
      sent.push({ manifest, options });
      if (refused && !options.force) throw refused;
      return manifest;
    },
  };
  return { api, sent };
}

function refusal(status: number, message: string, param?: string) {
  return new ApiError({ status, code: "x", message, param });
}

const fresh = {
  draft: newDraft(MANIFEST),
  place: undefined,
  defaultNamespace: "default",
  onlyCheck: false,
  force: false,
};
const edit = {
  ...fresh,
  draft: newDraft(MANIFEST, { resourceVersion: "7", generation: 2 }),
  place: { namespace: "team", name: "demo" },
};

describe("save", () => {
  it("has a new manifest judged before it is stored", async () => {
    const { api, sent } = store(null);
    const outcome = await save(api, fresh);
    expect(outcome).toMatchObject({ kind: "saved", place: { namespace: "team", name: "demo" } });
    expect(sent.map(({ options }) => options.dry_run ?? false)).toEqual([true, false]);
  });

  it("does not overwrite another one of the same name", async () => {
    const { api, sent } = store(MANIFEST);
    const outcome = await save(api, fresh);
    expect(outcome).toMatchObject({ kind: "refused", problems: [{ path: "metadata.name" }] });
    expect(sent).toEqual([]);
  });

  it("asks for something new once, and for a change of what is edited", async () => {
    const created = store(null);
    await save(created.api, fresh);
    expect(created.sent.every(({ options }) => options.onlyNew)).toBe(true);
    expect(onlyIfNew(true)).toEqual({ "if-none-match": "*" });
    const edited = store(MANIFEST);
    await save(edited.api, edit);
    expect(edited.sent.some(({ options }) => options.onlyNew)).toBe(false);
    expect(onlyIfNew(false)).toEqual({});
  });

  it("names the version that was read", async () => {
    const { api, sent } = store(MANIFEST);
    await save(api, edit);
    expect(sent[1]?.manifest.metadata).toMatchObject({ resourceVersion: "7", generation: 2 });
  });

  it("stores nothing when only asked to check", async () => {
    const { api, sent } = store(MANIFEST);
    expect(await save(api, { ...edit, onlyCheck: true })).toEqual({ kind: "accepted" });
    expect(sent).toHaveLength(1);
  });

  it("takes the gateway's refusal apart, field by field", async () => {
    const message = 'spec.model: Invalid value: "A; b": no; spec.limits.seconds: Required value.';
    const { api } = store(MANIFEST, refusal(422, message, "spec.model"));
    expect(await save(api, edit)).toEqual({
      kind: "refused",
      problems: [
        { path: "spec.model", message: 'Invalid value: "A; b": no.', source: "server" },
        { path: "spec.limits.seconds", message: "Required value.", source: "server" },
      ],
    });
  });

  it("brings the newer version when somebody was faster", async () => {
    const { api } = store(MANIFEST, refusal(409, "changed", "metadata.resourceVersion"));
    expect(await save(api, edit)).toEqual({ kind: "changed", stored: MANIFEST });
  });

  it("changes what is managed elsewhere only by force", async () => {
    const { api } = store(
      MANIFEST,
      refusal(409, "spec.model is managed by 'argocd'", "spec.model"),
    );
    expect(await save(api, edit)).toMatchObject({ kind: "managed" });
    expect(await save(api, { ...edit, force: true })).toMatchObject({ kind: "saved" });
  });

  it("leaves other failures to the page", async () => {
    const { api } = store(MANIFEST, refusal(403, "no"));
    await expect(save(api, edit)).rejects.toMatchObject({ status: 403 });
  });
});
