/** What a Model costs, in a few words. */

import { formatUsd } from "@/lib/format";
import { t } from "./messages";
import type { Model } from "./queries";

const FREE: ReadonlySet<string> = new Set(["local", "ollama"]);

export function priceText({ price, provider }: Pick<Model, "price" | "provider">): string {
  if (!price) return FREE.has(provider) ? t.free : t.listPrice;
  return t.price(formatUsd(price.input_per_million), formatUsd(price.output_per_million));
}
