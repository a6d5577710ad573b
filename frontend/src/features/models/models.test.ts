import { describe, expect, it } from "vitest";
import { priceText } from "./price";
import { DEMO_MODEL, withProvider } from "./providers";
import { kubectlCommand, quarterdeckCommand } from "./secret-command";

describe("the price", () => {
  it.each([
    ["list", "Public price list"],
    ["free", "Free"],
    ["unknown", "No price known"],
  ] as const)("of the source %s", (price_source, text) => {
    expect(priceText({ price: null, price_source })).toBe(text);
  });

  it("that the model itself says", () => {
    const price = { input_per_million: 1, output_per_million: 2.5, cached_input_per_million: null };
    expect(priceText({ price, price_source: "spec" })).toBe("$1.00 in, $2.50 out");
  });
});

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
