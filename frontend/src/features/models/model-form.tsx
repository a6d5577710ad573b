/** The common fields of a Model; which there are depends on the provider. */

import { useDraft } from "../manifests/draft-context";
import { ChoiceField, NumberField, TextField } from "../manifests/fields";
import { FormSection, WIDE } from "../manifests/form-section";
import { textAt, valueAt } from "../manifests/manifest";
import { PlaceFields } from "../manifests/place-fields";
import { t } from "./messages";
import {
  PROVIDER_NAMES,
  PROVIDERS,
  type ProviderTraits,
  traitsOf,
  withProvider,
} from "./providers";
import { SecretCommands } from "./secret-commands";

const words = t.form;
const OPTIONS = PROVIDER_NAMES.map((name) => ({ value: name, label: PROVIDERS[name].label }));

export function ModelForm() {
  const { draft } = useDraft();
  const provider = textAt(draft.manifest, ["spec", "provider"]);
  const traits = traitsOf(provider);
  return (
    <>
      <FormSection title={words.basics}>
        <PlaceFields />
      </FormSection>
      <SourceSection provider={provider} traits={traits} />
      {traits.credentials !== "none" && provider !== "" && <CredentialsSection traits={traits} />}
      <FormSection title={words.parameters} description={words.parametersText}>
        <NumberField name="spec.parameters.temperature" label={words.temperature} />
        <NumberField name="spec.parameters.topP" label={words.topP} />
        <NumberField name="spec.parameters.maxTokens" label={words.maxTokens} />
        <NumberField name="spec.parameters.timeoutSeconds" label={words.timeout} />
      </FormSection>
      <FormSection title={words.price} description={words.priceText}>
        <NumberField name="spec.price.inputPerMillion" label={words.input} />
        <NumberField name="spec.price.outputPerMillion" label={words.output} />
        <NumberField name="spec.price.cachedInputPerMillion" label={words.cached} />
      </FormSection>
    </>
  );
}

function SourceSection({ provider, traits }: { provider: string; traits: ProviderTraits }) {
  const { draft, dispatch, stored } = useDraft();
  const choose = (next: string) => {
    const value = withProvider(valueAt(draft.manifest, ["spec"]), next);
    dispatch({ type: "set", path: ["spec"], value });
  };
  const local = provider === "local";
  return (
    <FormSection title={words.source}>
      <ChoiceField
        name="spec.provider"
        label={words.provider}
        hint={stored ? words.providerFixed : undefined}
        empty={words.chooseProvider}
        options={OPTIONS}
        onChoose={choose}
        disabled={stored}
        required
      />
      <TextField
        name="spec.model"
        label={words.model}
        hint={local ? words.demoModel : words.modelExample(traits.exampleModel)}
        disabled={local}
        required
      />
      {traits.baseUrl !== "none" && provider !== "" && (
        <TextField
          name="spec.baseURL"
          label={words.address}
          hint={words.addressHint(traits.exampleUrl, traits.baseUrl === "optional")}
          required={traits.baseUrl === "required"}
          className={WIDE}
        />
      )}
    </FormSection>
  );
}

/** A reference to a Secret, and the command that makes it. */
function CredentialsSection({ traits }: { traits: ProviderTraits }) {
  const { draft } = useDraft();
  const required = traits.credentials === "required";
  const name = textAt(draft.manifest, ["spec", "credentials", "name"]);
  const place = {
    namespace: textAt(draft.manifest, ["metadata", "namespace"]),
    name,
    key: textAt(draft.manifest, ["spec", "credentials", "key"]) || "apiKey",
  };
  return (
    <FormSection
      title={words.credentials}
      description={required ? undefined : words.credentialsOptional}
    >
      <TextField
        name="spec.credentials.name"
        label={words.secretName}
        hint=""
        required={required}
      />
      <TextField name="spec.credentials.key" label={words.secretKey} hint={words.secretKeyHint} />
      {(required || name !== "") && (
        <div className={WIDE}>
          <SecretCommands place={place} />
        </div>
      )}
    </FormSection>
  );
}
