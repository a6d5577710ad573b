/** The rows of the list: cards on a phone. */

import { ConditionBadge } from "@/components/condition-badge";
import { type Column, DataTable } from "@/components/data-table";
import { RelativeTime } from "@/components/relative-time";
import { AgentLink, ChatButton, ModelLink } from "./agent-links";
import { t } from "./messages";
import type { Agent } from "./queries";
import { workersText } from "./workers";

const COLUMNS: readonly Column<Agent>[] = [
  {
    id: "name",
    header: t.columns.name,
    sortBy: (agent) => agent.name,
    onPhone: "title",
    className: "max-w-80",
    cell: (agent) => (
      <>
        <AgentLink {...agent} />
        {agent.description && (
          <p className="line-clamp-1 font-normal text-muted-foreground text-xs">
            {agent.description}
          </p>
        )}
      </>
    ),
  },
  {
    id: "ready",
    header: t.columns.ready,
    sortBy: (agent) => `${agent.ready ? 1 : 0} ${agent.reason}`,
    cell: (agent) => <ConditionBadge standing={agent} />,
  },
  {
    id: "workers",
    header: t.columns.workers,
    align: "right",
    sortBy: (agent) => agent.ready_replicas,
    cell: (agent) => workersText(agent) || t.elsewhere,
  },
  {
    id: "model",
    header: t.columns.model,
    sortBy: (agent) => agent.spec.model ?? "",
    cell: (agent) =>
      agent.spec.model ? <ModelLink namespace={agent.namespace} name={agent.spec.model} /> : "–",
  },
  {
    id: "namespace",
    header: t.columns.namespace,
    sortBy: (agent) => agent.namespace,
    cell: (agent) => agent.namespace,
  },
  {
    id: "age",
    header: t.columns.age,
    sortBy: (agent) => agent.created_at ?? "",
    cell: (agent) =>
      agent.created_at ? <RelativeTime at={agent.created_at} className="whitespace-nowrap" /> : "–",
  },
];

export function AgentTable({ agents }: { agents: readonly Agent[] }) {
  return (
    <DataTable
      caption={t.title}
      rows={agents}
      columns={COLUMNS}
      rowKey={(agent) => `${agent.namespace}/${agent.name}`}
      initialSort={{ column: "name" }}
      actions={(agent) => <ChatButton agent={agent} size="sm" />}
    />
  );
}
