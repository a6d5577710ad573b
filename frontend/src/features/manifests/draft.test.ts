import { describe, expect, it } from "vitest";
import {
  type DraftAction,
  isDirty,
  newDraft,
  problemsOf,
  reduceDraft,
  shownInForm,
  textOf,
} from "./draft";
import type { JsonObject } from "./manifest";
import { serverProblem } from "./problems";

const AGENT: JsonObject = {
  apiVersion: "quarterdeck.dev/v1alpha1",
  kind: "Agent",
  metadata: { name: "demo", namespace: "default" },
  spec: { model: "demo-model", instructions: "Be brief." },
};

const NEWER = { resourceVersion: "8", generation: 3 };

function drafted(...actions: DraftAction[]) {
  return actions.reduce(reduceDraft, newDraft(AGENT));
}

describe("one draft behind two views", () => {
  it("brings what the form changed to the YAML", () => {
    const draft = drafted(
      { type: "set", path: ["spec", "limits", "seconds"], value: 30 },
      { type: "show", view: "yaml" },
    );
    expect(draft.text).toContain("limits:\n    seconds: 30");
  });

  it("brings what was written as YAML to the form", () => {
    const text = `${textOf(newDraft(AGENT))}  replicas: 3\n`;
    const draft = drafted(
      { type: "show", view: "yaml" },
      { type: "write", text },
      { type: "show", view: "form" },
    );
    expect(draft.view).toBe("form");
    expect(draft.manifest.spec).toEqual({
      model: "demo-model",
      instructions: "Be brief.",
      replicas: 3,
    });
  });

  it("keeps comments and the order of fields through a change in the form", () => {
    const text = `# mine
apiVersion: quarterdeck.dev/v1alpha1
kind: Agent
metadata:
  namespace: default
  name: demo
spec:
  instructions: Be brief. # on purpose
  model: demo-model
`;
    const draft = drafted(
      { type: "show", view: "yaml" },
      { type: "write", text },
      { type: "show", view: "form" },
      { type: "set", path: ["spec", "model"], value: "other" },
      { type: "show", view: "yaml" },
    );
    expect(draft.text).toBe(text.replace("demo-model", "other"));
  });

  it("stays in the YAML while it cannot be read, and loses none of it", () => {
    const draft = drafted(
      { type: "show", view: "yaml" },
      { type: "write", text: "spec:\n  model: [a\n" },
      { type: "show", view: "form" },
    );
    expect(draft.view).toBe("yaml");
    expect(draft.text).toBe("spec:\n  model: [a\n");
    expect(problemsOf(draft, [])[0]?.source).toBe("syntax");
    expect(isDirty(draft)).toBe(true);
  });

  it("removes a field that was emptied, and the parents it leaves empty", () => {
    const draft = drafted(
      { type: "set", path: ["spec", "limits", "seconds"], value: 30 },
      { type: "set", path: ["spec", "limits", "seconds"], value: undefined },
    );
    expect(isDirty(draft)).toBe(false);
  });
});

describe("problems", () => {
  const refusal = serverProblem("spec.model: Invalid value: no such Model", "spec.model");

  it("stand at the server's field and at its line in the YAML", () => {
    const draft = drafted({ type: "show", view: "yaml" }, { type: "refuse", problems: [refusal] });
    const line = draft.text.split("\n").findIndex((text) => text.startsWith("  model:")) + 1;
    expect(problemsOf(draft, [])).toEqual([
      { path: "spec.model", message: "Invalid value: no such Model", source: "server", line },
    ]);
  });

  it("of a field that is absent stand at its nearest parent", () => {
    const draft = drafted({
      type: "refuse",
      problems: [serverProblem("Required value", "spec.limits.seconds")],
    });
    const line = textOf(draft).split("\n").indexOf("spec:") + 1;
    expect(problemsOf(draft, [])[0]?.line).toBe(line);
  });

  it("of the server go when their field is changed, and not before", () => {
    const refused = drafted({ type: "refuse", problems: [refusal] });
    const other = reduceDraft(refused, { type: "set", path: ["spec", "replicas"], value: 2 });
    expect(other.refused).toHaveLength(1);
    const same = reduceDraft(refused, { type: "set", path: ["spec", "model"], value: "x" });
    expect(same.refused).toHaveLength(0);
  });

  it("of a field nobody touched are shown once the person asks to save", () => {
    const missing = {
      path: "metadata.name",
      message: "Required value.",
      source: "schema",
    } as const;
    expect(shownInForm(newDraft(AGENT), [missing])).toEqual([]);
    expect(shownInForm(drafted({ type: "attempt" }), [missing])).toEqual([missing]);
  });
});

describe("a newer version on the server", () => {
  it("can be taken over, which drops the draft", () => {
    const stored = { ...AGENT, spec: { model: "theirs", instructions: "Be brief." } };
    const draft = drafted(
      { type: "set", path: ["spec", "model"], value: "mine" },
      { type: "reload", manifest: stored, revision: NEWER },
    );
    expect(draft.manifest).toEqual(stored);
    expect(draft.revision).toEqual(NEWER);
    expect(isDirty(draft)).toBe(false);
  });

  it("can be overwritten with the draft, which then names it", () => {
    const draft = drafted(
      { type: "set", path: ["spec", "model"], value: "mine" },
      { type: "rebase", manifest: AGENT, revision: NEWER },
    );
    expect(draft.manifest.spec).toMatchObject({ model: "mine" });
    expect(draft.revision).toEqual(NEWER);
  });
});
