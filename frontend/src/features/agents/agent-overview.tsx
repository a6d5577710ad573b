/** What an agent is and how it stands. */

import { Link } from "@tanstack/react-router";
import { LoaderCircle } from "lucide-react";
import { RelativeTime } from "@/components/relative-time";
import { TitledCard } from "@/components/titled-card";
import { ConditionsTable } from "../manifests/conditions-table";
import { type Fact, Facts } from "../manifests/facts";
import { t as shared } from "../manifests/messages";
import { AgentCode } from "./agent-code";
import { ModelLink } from "./agent-links";
import { t } from "./messages";
import { type AgentDetail, isBecoming } from "./queries";
import { workersText } from "./workers";

export function AgentOverview({ agent }: { agent: AgentDetail }) {
  return (
    <div className="space-y-4">
      {isBecoming(agent) && <Progress message={agent.message} />}
      <TitledCard title={t.facts}>
        <Facts facts={factsOf(agent)} />
      </TitledCard>
      <TitledCard title={shared.conditions}>
        <ConditionsTable conditions={agent.conditions} />
      </TitledCard>
      <TitledCard title={t.code}>
        <AgentCode model={agent.model} />
      </TitledCard>
      {workersText(agent) !== "" && (
        <TitledCard title={`${t.workers} (${workersText(agent)})`}>
          <Workers replicas={agent.replicas} />
        </TitledCard>
      )}
    </div>
  );
}

/** What is being waited for, in the operator's words. */
function Progress({ message }: { message: string }) {
  return (
    <p role="status" className="flex gap-2 rounded-md bg-warning-soft p-3 text-warning">
      <LoaderCircle aria-hidden className="mt-0.5 size-4 shrink-0 motion-safe:animate-spin" />
      <span className="min-w-0 break-words">
        {t.becoming} {message}
      </span>
    </p>
  );
}

function Workers({ replicas }: Pick<AgentDetail, "replicas">) {
  if (replicas.length === 0) return <p className="text-muted-foreground">{t.noWorkers}</p>;
  return (
    <ul className="space-y-1">
      {replicas.map((replica) => (
        <li key={replica.id} className="flex flex-wrap gap-x-4">
          <span className="break-all font-medium">{replica.id}</span>
          <code className="break-all text-muted-foreground text-xs leading-5">{replica.url}</code>
        </li>
      ))}
    </ul>
  );
}

function factsOf(agent: AgentDetail): readonly Fact[] {
  const { namespace, name, spec } = agent;
  const models = [spec.model, ...(spec.modelFallbacks ?? [])].filter((model) => !!model);
  return [
    { name: t.columns.namespace, value: namespace },
    { name: t.columns.workers, value: workersText(agent) || t.elsewhere },
    {
      name: t.columns.model,
      value: models.length > 0 ? <Models {...{ namespace, models }} /> : "–",
    },
    { name: t.columns.age, value: <RelativeTime at={agent.created_at} /> },
    { name: t.use, value: <UseLinks namespace={namespace} name={name} /> },
    { name: t.apiName, value: <code className="text-xs">{agent.model}</code> },
  ];
}

function Models({ namespace, models }: { namespace: string; models: readonly unknown[] }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {models.map((model) => (
        <ModelLink key={String(model)} namespace={namespace} name={String(model)} />
      ))}
    </span>
  );
}

function UseLinks({ namespace, name }: { namespace: string; name: string }) {
  const look = "font-medium text-primary underline-offset-4 hover:underline";
  return (
    <span className="flex gap-4">
      <Link to="/costs" search={{ by: "day", namespace, agent: name }} className={look}>
        {t.costs}
      </Link>
      <Link to="/traffic" search={{ namespace, agent: name }} className={look}>
        {t.metrics}
      </Link>
    </span>
  );
}
