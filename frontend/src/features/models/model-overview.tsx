/** What a model is, how it stands, and how to give it its key. */

import { RelativeTime } from "@/components/relative-time";
import { TitledCard } from "@/components/titled-card";
import { AgentLink } from "../agents/agent-links";
import { ConditionsTable } from "../manifests/conditions-table";
import { type Fact, Facts } from "../manifests/facts";
import { t as shared } from "../manifests/messages";
import { t } from "./messages";
import { FullPrice } from "./price-view";
import { traitsOf } from "./providers";
import type { ModelDetail } from "./queries";
import { SecretCommands } from "./secret-commands";

export function ModelOverview({ model }: { model: ModelDetail }) {
  const { credentials, namespace } = model;
  return (
    <div className="space-y-4">
      <TitledCard title={t.facts}>
        <Facts facts={factsOf(model)} />
      </TitledCard>
      <TitledCard title={shared.conditions}>
        <ConditionsTable conditions={model.conditions} />
      </TitledCard>
      {credentials && !model.ready && (
        <TitledCard title={t.secretTitle}>
          <SecretCommands place={{ namespace, name: credentials.secret, key: credentials.key }} />
        </TitledCard>
      )}
    </div>
  );
}

function factsOf(model: ModelDetail): readonly Fact[] {
  const { credentials } = model;
  return [
    { name: t.columns.provider, value: traitsOf(model.provider).label },
    { name: t.columns.model, value: <code className="break-all text-xs">{model.model}</code> },
    { name: t.address, value: model.base_url ?? t.ownAddress },
    {
      name: t.credentials,
      value: credentials ? t.secretOf(credentials.secret, credentials.key) : t.noCredentials,
    },
    { name: t.columns.price, value: <FullPrice model={model} /> },
    { name: t.columns.usedBy, value: <UsedBy model={model} /> },
    { name: t.columns.namespace, value: model.namespace },
    { name: t.created, value: <RelativeTime at={model.created_at} /> },
  ];
}

export function UsedBy({ model }: { model: Pick<ModelDetail, "namespace" | "used_by"> }) {
  if (model.used_by.length === 0) return t.nobody;
  return (
    <span className="flex flex-wrap gap-x-3">
      {model.used_by.map((name) => (
        <AgentLink key={name} namespace={model.namespace} name={name} />
      ))}
    </span>
  );
}
