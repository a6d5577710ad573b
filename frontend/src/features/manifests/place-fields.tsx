/** Name and namespace: chosen once, fixed afterwards. */

import { useQuery } from "@tanstack/react-query";
import { useDraft } from "./draft-context";
import { TextField } from "./fields";
import { t } from "./messages";
import { namespacesQuery } from "./queries";

export function PlaceFields() {
  const { stored } = useDraft();
  const { data } = useQuery(namespacesQuery);
  return (
    <>
      <TextField name="metadata.name" label={t.name} hint={t.nameHint} required disabled={stored} />
      <TextField
        name="metadata.namespace"
        label={t.namespace}
        hint={t.namespaceHint}
        required
        disabled={stored}
        suggestions={data?.items.map((namespace) => namespace.name) ?? []}
      />
    </>
  );
}
