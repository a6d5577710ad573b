/** Search, namespace and state above the list; they stand in the URL. */

import { SearchField } from "@/components/search-field";
import { Select } from "@/components/ui/select";
import type { Filters, State } from "./filters";
import { t } from "./messages";
import type { Agent } from "./queries";

const STATES: readonly State[] = ["ready", "failing", "suspended"];

interface AgentFiltersProps {
  readonly agents: readonly Agent[];
  readonly filters: Filters;
  readonly onChange: (change: Filters) => void;
}

export function AgentFilters({ agents, filters, onChange }: AgentFiltersProps) {
  const namespaces = [...new Set(agents.map((agent) => agent.namespace))].sort();
  return (
    <search className="grid gap-2 sm:grid-cols-[minmax(0,1fr)_12rem_10rem]">
      <SearchField
        label={t.search}
        value={filters.search ?? ""}
        onSearch={(text) => onChange({ search: text || undefined })}
      />
      <Select
        aria-label={t.namespace}
        value={filters.namespace ?? ""}
        onChange={(event) => onChange({ namespace: event.target.value || undefined })}
      >
        <option value="">{t.allNamespaces}</option>
        {namespaces.map((namespace) => (
          <option key={namespace}>{namespace}</option>
        ))}
      </Select>
      <Select
        aria-label={t.state}
        value={filters.state ?? ""}
        onChange={(event) => {
          const state = STATES.find((each) => each === event.target.value);
          onChange({ state });
        }}
      >
        <option value="">{t.states.all}</option>
        {STATES.map((state) => (
          <option key={state} value={state}>
            {t.states[state]}
          </option>
        ))}
      </Select>
    </search>
  );
}
