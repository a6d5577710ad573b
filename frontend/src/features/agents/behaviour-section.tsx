/** Who answers, what it is told, and by which models. */

import { useRef } from "react";
import { Choice } from "../manifests/choice";
import { useDraft } from "../manifests/draft-context";
import { TextField } from "../manifests/fields";
import { FormSection, WIDE } from "../manifests/form-section";
import { isObject, type JsonObject, valueAt } from "../manifests/manifest";
import { FallbackFields } from "./fallback-fields";
import { t } from "./messages";
import { ModelField } from "./model-field";
import {
  type InstructionsFrom,
  instructionsOf,
  type Place,
  placeOf,
  withInstructions,
  withPlace,
} from "./shape";

const words = t.form;

export function BehaviourSection() {
  const { draft, dispatch } = useDraft();
  const found = valueAt(draft.manifest, ["spec"]);
  const spec: JsonObject = isObject(found) ? found : {};
  const stash = useRef(spec);
  const place = placeOf(spec);
  const move = (next: Place) => {
    if (place !== "endpoint") stash.current = spec;
    const value = withPlace(spec, next, stash.current);
    dispatch({ type: "set", path: ["spec"], value });
  };
  return (
    <FormSection title={words.behaviour}>
      <Choice<Place>
        label={words.place}
        value={place}
        options={words.places}
        onChange={move}
        className={WIDE}
      />
      {place === "image" && (
        <TextField name="spec.runtime.image" label={words.image} className={WIDE} required />
      )}
      {place === "endpoint" ? (
        <>
          <TextField
            name="spec.runtime.endpoint"
            label={words.endpoint}
            className={WIDE}
            required
          />
          <ModelField hint={words.priceOnly} />
        </>
      ) : (
        <>
          <InstructionsFields spec={spec} />
          <ModelField required={place === "worker"} />
          <FallbackFields />
        </>
      )}
    </FormSection>
  );
}

function InstructionsFields({ spec }: { spec: JsonObject }) {
  const { dispatch } = useDraft();
  const from = instructionsOf(spec);
  return (
    <>
      <Choice<InstructionsFrom>
        label={words.instructionsSource}
        value={from}
        options={words.instructionsSources}
        onChange={(next) =>
          dispatch({ type: "set", path: ["spec"], value: withInstructions(spec, next) })
        }
        className={WIDE}
      />
      {from === "text" ? (
        <TextField
          name="spec.instructions"
          label={words.instructions}
          lines={8}
          required={placeOf(spec) === "worker"}
          className={WIDE}
        />
      ) : (
        <>
          <TextField name="spec.instructionsFrom.name" label={words.configMap} required />
          <TextField name="spec.instructionsFrom.key" label={words.configMapKey} />
        </>
      )}
    </>
  );
}
