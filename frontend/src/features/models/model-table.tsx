/** The rows of the list: cards on a phone. */

import { ConditionBadge } from "@/components/condition-badge";
import { type Column, DataTable } from "@/components/data-table";
import { ModelLink } from "../agents/agent-links";
import { t } from "./messages";
import { ShortPrice } from "./price-view";
import { traitsOf } from "./providers";
import type { Model } from "./queries";

const COLUMNS: readonly Column<Model>[] = [
  {
    id: "name",
    header: t.columns.name,
    sortBy: (model) => model.name,
    onPhone: "title",
    cell: (model) => <ModelLink namespace={model.namespace} name={model.name} />,
  },
  {
    id: "ready",
    header: t.columns.ready,
    sortBy: (model) => `${model.ready ? 1 : 0} ${model.reason}`,
    cell: (model) => <ConditionBadge standing={model} />,
  },
  {
    id: "provider",
    header: t.columns.provider,
    sortBy: (model) => model.provider,
    cell: (model) => traitsOf(model.provider).label,
  },
  {
    id: "model",
    header: t.columns.model,
    sortBy: (model) => model.model,
    className: "break-words",
    cell: (model) => model.model,
  },
  {
    id: "usedBy",
    header: t.columns.usedBy,
    sortBy: (model) => model.used_by.length,
    cell: (model) =>
      model.used_by.length === 0 ? (
        <span className="text-muted-foreground">{t.nobody}</span>
      ) : (
        <span title={model.used_by.join(", ")}>{t.agents(model.used_by.length)}</span>
      ),
  },
  { id: "price", header: t.columns.price, cell: (model) => <ShortPrice model={model} /> },
  {
    id: "namespace",
    header: t.columns.namespace,
    sortBy: (model) => model.namespace,
    cell: (model) => model.namespace,
  },
];

export function ModelTable({ models }: { models: readonly Model[] }) {
  return (
    <DataTable
      caption={t.title}
      rows={models}
      columns={COLUMNS}
      rowKey={(model) => `${model.namespace}/${model.name}`}
      initialSort={{ column: "name" }}
    />
  );
}
