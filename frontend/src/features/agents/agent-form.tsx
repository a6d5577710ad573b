/** The common fields of an Agent. All others are in the YAML. */

import { Choice } from "../manifests/choice";
import { useDraft } from "../manifests/draft-context";
import { NumberField, TextField } from "../manifests/fields";
import { FormSection, WIDE } from "../manifests/form-section";
import { isObject, type JsonObject, valueAt } from "../manifests/manifest";
import { PlaceFields } from "../manifests/place-fields";
import { BehaviourSection } from "./behaviour-section";
import { t } from "./messages";
import { placeOf, type Sizing, sizingOf, withSizing } from "./shape";

const words = t.form;

export function AgentForm() {
  const { draft } = useDraft();
  const ours = placeOf(valueAt(draft.manifest, ["spec"])) !== "endpoint";
  return (
    <>
      <FormSection title={words.basics}>
        <PlaceFields />
        <TextField name="spec.description" label={words.descriptionField} className={WIDE} />
      </FormSection>
      <BehaviourSection />
      <LimitsSection ours={ours} />
      {ours && <WorkersSection />}
    </>
  );
}

/** An agent that runs elsewhere keeps its own limits; only those of the gateway are left. */
function LimitsSection({ ours }: { ours: boolean }) {
  return (
    <FormSection title={words.limits} description={words.limitsText}>
      {ours && (
        <>
          <NumberField name="spec.limits.iterations" label={words.iterations} />
          <NumberField name="spec.limits.tokens" label={words.tokens} />
          <NumberField name="spec.limits.seconds" label={words.seconds} />
        </>
      )}
      <NumberField name="spec.rateLimit.requestsPerMinute" label={words.requestsPerMinute} />
      <NumberField name="spec.rateLimit.tokensPerMinute" label={words.tokensPerMinute} />
      <NumberField name="spec.rateLimit.concurrency" label={words.concurrency} />
    </FormSection>
  );
}

function WorkersSection() {
  const { draft, dispatch } = useDraft();
  const found = valueAt(draft.manifest, ["spec"]);
  const spec: JsonObject = isObject(found) ? found : {};
  const sizing = sizingOf(spec);
  return (
    <FormSection title={words.size}>
      <Choice<Sizing>
        label={words.sizing}
        value={sizing}
        options={words.sizings}
        onChange={(next) =>
          dispatch({ type: "set", path: ["spec"], value: withSizing(spec, next) })
        }
      />
      {sizing === "fixed" ? (
        <NumberField name="spec.replicas" label={words.replicas} />
      ) : (
        <>
          <NumberField name="spec.scaling.targetCPUPercent" label={words.cpuTarget} />
          <NumberField name="spec.scaling.min" label={words.min} />
          <NumberField name="spec.scaling.max" label={words.max} required />
        </>
      )}
      <TextField name={`${RESOURCES}.requests.cpu`} label={words.cpuRequest} />
      <TextField name={`${RESOURCES}.requests.memory`} label={words.memoryRequest} />
      <TextField name={`${RESOURCES}.limits.cpu`} label={words.cpuLimit} />
      <TextField name={`${RESOURCES}.limits.memory`} label={words.memoryLimit} />
    </FormSection>
  );
}

const RESOURCES = "spec.runtime.resources";
