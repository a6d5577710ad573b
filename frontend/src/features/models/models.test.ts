import { describe, expect, it } from "vitest";
import { DEMO_MODEL, withProvider } from "./providers";
import { kubectlCommand, quarterdeckCommand } from "./secret-command";

describe("withProvider", () => {
  const openai = {
    provider: "openai",
    model: "gpt-5-mini",
    credentials: { name: "openai", key: "apiKey" },
    parameters: { temperature: 0.2 },
  };

  it("drops what the new provider refuses and keeps the rest", () => {
    expect(withProvider(openai, "local")).toEqual({
      provider: "local",
      model: DEMO_MODEL,
      parameters: { temperature: 0.2 },
    });
  });

  it("does not carry the demo model elsewhere", () => {
    expect(withProvider({ provider: "local", model: DEMO_MODEL }, "ollama")).toEqual({
      provider: "ollama",
    });
  });

  it("keeps credentials between providers that take them", () => {
    expect(withProvider(openai, "anthropic").credentials).toEqual(openai.credentials);
  });
});

describe("the command for a Secret", () => {
  const place = { namespace: "team-a", name: "openai", key: "apiKey" };

  it("never has the key among its arguments", () => {
    expect(kubectlCommand(place)).toContain(
      "kubectl create secret generic openai \\\n  --namespace team-a --from-file=apiKey=/dev/stdin",
    );
    expect(quarterdeckCommand(place)).toContain("metadata: {name: openai, namespace: team-a}");
  });

  it("leaves a blank for what could be more than a name", () => {
    expect(kubectlCommand({ ...place, name: "x; rm -rf ~" })).toContain("generic SECRET \\");
  });
});
