/** What a Model costs, in a few words. */

import { formatUsd } from "@/lib/format";
import { t } from "./messages";
import type { Model } from "./queries";

export function priceText({ price, price_source: source }: Pick<Model, "price" | "price_source">) {
  if (price)
    return t.price(formatUsd(price.input_per_million), formatUsd(price.output_per_million));
  return t.priceSources[source];
}

/** Chats are not counted as what they cost; somebody should say the price. */
export const isPriceUnknown = (model: Pick<Model, "price_source">): boolean =>
  model.price_source === "unknown";
