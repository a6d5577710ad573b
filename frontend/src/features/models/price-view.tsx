/** The price of a Model, with what to do where nobody knows it. */

import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useMay } from "@/lib/session";
import { t } from "./messages";
import { isPriceUnknown, priceText } from "./price";
import type { Model } from "./queries";

/** In a list: the hint is in its title. */
export function ShortPrice({ model }: { model: Model }) {
  if (!isPriceUnknown(model)) return priceText(model);
  return (
    <span title={t.priceUnknownHint} className="inline-flex items-center gap-1.5 text-warning">
      <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
      {priceText(model)}
    </span>
  );
}

/** On the model's own page. */
export function FullPrice({ model }: { model: Model }) {
  const editor = useMay("editor");
  const { namespace, name } = model;
  if (!isPriceUnknown(model)) return priceText(model);
  return (
    <>
      <ShortPrice model={model} />
      <p className="pt-0.5 text-muted-foreground text-xs">
        {t.priceUnknownHint}{" "}
        {editor && (
          <Link
            to="/models/$namespace/$name/edit"
            params={{ namespace, name }}
            className="font-medium text-primary underline-offset-4 hover:underline"
          >
            {t.setPrice}
          </Link>
        )}
      </p>
    </>
  );
}
