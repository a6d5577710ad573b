/** Models that stand in for the first one, in order. */

import { Plus, X } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { useDraft } from "../manifests/draft-context";
import { ChoiceField } from "../manifests/fields";
import { WIDE } from "../manifests/form-section";
import { valueAt } from "../manifests/manifest";
import { useField } from "../manifests/use-field";
import { t } from "./messages";
import { useModelOptions } from "./model-field";

const MOST = 5;
const PATH = ["spec", "modelFallbacks"] as const;
const words = t.form;

export function FallbackFields() {
  const { draft, dispatch } = useDraft();
  const found = valueAt(draft.manifest, PATH);
  const fallbacks = Array.isArray(found) ? found.map(String) : [];
  const options = useModelOptions(fallbacks);
  const { error } = useField("spec.modelFallbacks");
  const errorId = useId();
  return (
    <fieldset data-field="spec.modelFallbacks" className={WIDE} aria-describedby={error && errorId}>
      <legend className="font-medium text-sm">{words.fallbacks}</legend>
      <p className="mt-0.5 text-muted-foreground text-xs">{words.fallbacksHint}</p>
      <ol className="mt-2 space-y-2">
        {fallbacks.map((_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place in the order is what a row is
          <li key={at} className="flex items-end gap-2">
            <ChoiceField
              name={`spec.modelFallbacks[${at}]`}
              label={words.fallback(at + 1)}
              empty={words.chooseModel}
              required
              hint=""
              options={options}
              className="min-w-0 flex-1"
            />
            <Button
              variant="ghost"
              size="icon"
              aria-label={words.removeFallback(at + 1)}
              onClick={() => dispatch({ type: "set", path: [...PATH, at], value: undefined })}
            >
              <X aria-hidden />
            </Button>
          </li>
        ))}
      </ol>
      {error && (
        <p id={errorId} role="alert" className="mt-2 text-destructive text-xs">
          {error}
        </p>
      )}
      {fallbacks.length < MOST && (
        <Button
          variant="outline"
          size="sm"
          className="mt-2"
          onClick={() => dispatch({ type: "set", path: [...PATH, fallbacks.length], value: "" })}
        >
          <Plus aria-hidden />
          {words.addFallback}
        </Button>
      )}
    </fieldset>
  );
}
