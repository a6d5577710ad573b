/** What each provider wants to know. The server decides; this only asks for the right things. */

import { isObject, type Json, type JsonObject } from "../manifests/manifest";

export type Need = "required" | "optional" | "none";

export interface ProviderTraits {
  readonly label: string;
  readonly baseUrl: Need;
  readonly credentials: Need;
  readonly exampleModel: string;
  readonly exampleUrl: string;
}

/** The only model of provider `local`. */
export const DEMO_MODEL = "smollm2-135m-instruct";

export const PROVIDERS = {
  openai: {
    label: "OpenAI",
    baseUrl: "optional",
    credentials: "required",
    exampleModel: "gpt-5-mini",
    exampleUrl: "https://api.openai.com/v1",
  },
  anthropic: {
    label: "Anthropic",
    baseUrl: "optional",
    credentials: "required",
    exampleModel: "claude-sonnet-4-5",
    exampleUrl: "https://api.anthropic.com",
  },
  google: {
    label: "Google",
    baseUrl: "optional",
    credentials: "required",
    exampleModel: "gemini-2.5-flash",
    exampleUrl: "https://generativelanguage.googleapis.com",
  },
  "openai-compatible": {
    label: "OpenAI-compatible server",
    baseUrl: "required",
    credentials: "optional",
    exampleModel: "qwen3-8b",
    exampleUrl: "https://llm.example.com/v1",
  },
  ollama: {
    label: "Ollama",
    baseUrl: "optional",
    credentials: "none",
    exampleModel: "llama3.2",
    exampleUrl: "http://127.0.0.1:11434/v1",
  },
  local: {
    label: "Demo (local)",
    baseUrl: "none",
    credentials: "none",
    exampleModel: DEMO_MODEL,
    exampleUrl: "",
  },
} as const satisfies Record<string, ProviderTraits>;

export type Provider = keyof typeof PROVIDERS;

export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly Provider[];

export function isProvider(name: string): name is Provider {
  return Object.hasOwn(PROVIDERS, name);
}

/** Traits of a provider; of one that this page does not know yet, those of the most open one. */
export function traitsOf(provider: string): ProviderTraits {
  return isProvider(provider) ? PROVIDERS[provider] : PROVIDERS["openai-compatible"];
}

/** `spec` moved to another provider: what it cannot use goes, what it needs is begun. */
export function withProvider(spec: Json | undefined, provider: string): JsonObject {
  const before = isObject(spec) ? spec : {};
  const traits = traitsOf(provider);
  const { provider: previous, baseURL, credentials, model, ...rest } = before;
  const next: JsonObject = { provider, ...rest };
  if (provider === "local") next.model = DEMO_MODEL;
  else if (model !== undefined && previous !== "local") next.model = model;
  if (traits.baseUrl !== "none" && baseURL !== undefined) next.baseURL = baseURL;
  if (traits.credentials !== "none" && credentials !== undefined) next.credentials = credentials;
  return next;
}
