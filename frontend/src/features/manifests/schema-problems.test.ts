import { describe, expect, it } from "vitest";
import type { JsonObject } from "./manifest";
import agentSchema from "./recorded/agent-schema.json";
import modelSchema from "./recorded/model-schema.json";
import { judgeFor } from "./schema-problems";

// What the gateway answered at /api/v1/schemas/{kind}.
const agent = judgeFor(agentSchema);
const model = judgeFor(modelSchema);

function found(spec: JsonObject, judge = agent): string[] {
  const kind = judge === agent ? "Agent" : "Model";
  const metadata = { name: "a", namespace: "b", labels: { c: "d" } };
  const manifest = { apiVersion: "quarterdeck.dev/v1alpha1", kind, metadata, spec };
  return judge(manifest).map(({ path, message }) => `${path}: ${message}`);
}

describe("judgeFor", () => {
  it("finds nothing wrong with a good manifest", () => {
    const env = [{ name: "A", value: "b" }];
    const resources = { limits: { cpu: 1, memory: "256Mi" } };
    expect(found({ model: "m", instructions: "i", runtime: { env, resources } })).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ["too much", { limits: { seconds: 9999 } }, "spec.limits.seconds: Must be at most 3600."],
    ["too little", { replicas: -1 }, "spec.replicas: Must be at least 0."],
    ["another type", { replicas: "two" }, "spec.replicas: Must be integer."],
    ["an unknown field", { instrucions: "i" }, "spec.instrucions: Unknown field."],
    ["a missing field", { scaling: { min: 1 } }, "spec.scaling.max: Required value."],
    [
      "a bad name",
      { model: "My Model" },
      "spec.model: Use lower case letters, digits and '-'; begin and end with a letter or digit.",
    ],
    [
      "a place in a list",
      { runtime: { env: [{ name: "1A", value: "" }] } },
      "spec.runtime.env[0].name: Must match ^[A-Za-z_][A-Za-z0-9_]*$.",
    ],
    [
      "a bad quantity",
      { runtime: { resources: { limits: { cpu: "lots" } } } },
      "spec.runtime.resources.limits.cpu: Must match ^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$.",
    ],
  ])("names the field for %s", (_, spec, problem) => {
    expect(found(spec)).toEqual([problem]);
  });

  it("says once that a required text is empty", () => {
    const problems = found({ provider: "", model: "" }, model);
    expect(problems).toEqual([
      "spec.provider: Must not be empty.",
      "spec.model: Must not be empty.",
    ]);
  });

  it("says when a bound itself is too little", () => {
    const spec = { provider: "local", model: "m", parameters: { topP: 0 } };
    expect(found(spec, model)).toEqual(["spec.parameters.topP: Must be above 0."]);
  });

  it("lists what is allowed", () => {
    expect(found({ provider: "acme", model: "m" }, model)[0]).toMatch(
      /^spec.provider: Must be one of: openai-compatible, /,
    );
  });
});
