import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { FormField } from "@/components/ui/form-field";
import { Select } from "@/components/ui/select";
import { t } from "./messages";
import { agentNamesQuery, nameOf } from "./queries";
import { RANGES } from "./ranges";
import type { MetricsSearch } from "./search";
import { PERCENTILES } from "./series";

export interface ControlsProps {
  search: MetricsSearch;
  onChange: (change: Partial<MetricsSearch>) => void;
}

/** What is shown; all of it stands in the page's address. */
export function Controls({ search, onChange }: ControlsProps) {
  const { data: names = [] } = useQuery(agentNamesQuery);
  const chosen = nameOf(search);
  const agents = [...new Set([...names, ...(chosen ? [chosen] : [])])];
  const choose = (value: string) => {
    const [namespace, agent] = value.split("/");
    onChange({ namespace: namespace || undefined, agent });
  };
  return (
    <div className="grid grid-cols-2 gap-3 pb-4 sm:flex sm:flex-wrap">
      <Choice
        label={t.range}
        onChoose={(value) => onChange({ range: RANGES.find((each) => each === value) })}
        value={search.range ?? "1h"}
      >
        {RANGES.map((range) => (
          <option key={range} value={range}>
            {t.ranges[range]}
          </option>
        ))}
      </Choice>
      <Choice label={t.agent} onChoose={choose} value={chosen}>
        <option value="">{t.allAgents}</option>
        {agents.map((agent) => (
          <option key={agent}>{agent}</option>
        ))}
      </Choice>
      {!search.agent && (
        <Choice
          label={t.percentile}
          onChoose={(value) => onChange({ percentile: PERCENTILES.find((each) => each === value) })}
          value={search.percentile ?? "p95"}
        >
          {PERCENTILES.map((each) => (
            <option key={each} value={each}>
              {t.percentiles[each]}
            </option>
          ))}
        </Choice>
      )}
      <Choice
        label={t.view}
        onChoose={(value) => onChange({ view: value === "table" ? "table" : undefined })}
        value={search.view ?? "charts"}
      >
        <option value="charts">{t.views.charts}</option>
        <option value="table">{t.views.table}</option>
      </Choice>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChoose: (value: string) => void;
  children: ReactNode;
}

function Choice({ label, value, onChoose, children }: ChoiceProps) {
  return (
    <FormField className="min-w-0 sm:w-48" label={label}>
      {(control) => (
        <Select {...control} onChange={(event) => onChoose(event.target.value)} value={value}>
          {children}
        </Select>
      )}
    </FormField>
  );
}
