/** Chooses among the Models of the agent's namespace. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDraft } from "../manifests/draft-context";
import { ChoiceField, type Option } from "../manifests/fields";
import { textAt } from "../manifests/manifest";
import { modelsQuery } from "../models/queries";
import { t } from "./messages";

const words = t.form;

interface ModelFieldProps {
  readonly hint?: string;
  readonly required?: boolean;
}

export function ModelField({ hint, required }: ModelFieldProps) {
  const { draft } = useDraft();
  const namespace = textAt(draft.manifest, ["metadata", "namespace"]);
  const options = useModelOptions([textAt(draft.manifest, ["spec", "model"])]);
  return (
    <ChoiceField
      name="spec.model"
      label={words.model}
      required={required}
      empty={words.chooseModel}
      options={options}
      hint={
        <>
          {hint ?? (options.length === 0 ? words.noModels : undefined)}{" "}
          <Link
            to="/models/new"
            search={{ namespace }}
            className="font-medium text-primary underline"
          >
            {words.newModel}
          </Link>
        </>
      }
    />
  );
}

/** Models of the draft's namespace, and those that the draft names although there are none. */
export function useModelOptions(named: readonly string[]): readonly Option[] {
  const { draft } = useDraft();
  const { data } = useQuery(modelsQuery);
  const namespace = textAt(draft.manifest, ["metadata", "namespace"]);
  const known = (data ?? []).filter((model) => model.namespace === namespace);
  const missing = named.filter((name) => name !== "" && !known.some((each) => each.name === name));
  return [
    ...known.map(({ name, ready }) => ({
      value: name,
      label: ready ? name : words.notReady(name),
    })),
    ...missing.map((name) => ({ value: name, label: data ? words.unknownModel(name) : name })),
  ];
}
