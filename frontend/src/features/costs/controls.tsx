import type { ReactNode } from "react";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useTyped } from "@/lib/use-typed";
import { COST_RANGES, GROUPS } from "./grouping";
import { t } from "./messages";
import type { CostSearch } from "./search";

export interface ControlsProps {
  search: CostSearch;
  days: { from: string; to: string };
  onChange: (change: CostSearch) => void;
  children: ReactNode;
}

/** What is summed up, and over which days; all of it stands in the page's address. */
export function Controls({ search, days, onChange, children }: ControlsProps) {
  const choose = (value: string) => {
    const range = COST_RANGES.find((each) => each === value);
    onChange(range === "custom" ? { range, ...days } : { range });
  };
  return (
    <div className="grid grid-cols-2 items-end gap-3 pb-4 sm:flex sm:flex-wrap">
      <FormField className="min-w-0 sm:w-40" label={t.by}>
        {(control) => (
          <Select
            {...control}
            onChange={(event) => onChange({ by: GROUPS.find((by) => by === event.target.value) })}
            value={search.by ?? "agent"}
          >
            {GROUPS.map((group) => (
              <option key={group} value={group}>
                {t.groups[group]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      <FormField className="min-w-0 sm:w-44" label={t.range}>
        {(control) => (
          <Select
            {...control}
            onChange={(event) => choose(event.target.value)}
            value={search.range ?? "30d"}
          >
            {COST_RANGES.map((range) => (
              <option key={range} value={range}>
                {t.ranges[range]}
              </option>
            ))}
          </Select>
        )}
      </FormField>
      {search.range === "custom" && (
        <>
          <Day
            label={t.from}
            onChoose={(from) => onChange({ from })}
            value={search.from ?? days.from}
          />
          <Day label={t.to} onChoose={(to) => onChange({ to })} value={search.to ?? days.to} />
        </>
      )}
      {children}
    </div>
  );
}

interface DayProps {
  label: string;
  value: string;
  onChoose: (day: string) => void;
}

/** A year that is being typed begins as 0002: that is no day to ask for. */
const DAY = /^[2-9][0-9]{3}-[0-9]{2}-[0-9]{2}$/;
const isDay = (text: string) => DAY.test(text);

function Day({ label, value, onChoose }: DayProps) {
  const { text, type, reset } = useTyped(value, onChoose, isDay);
  return (
    <FormField className="min-w-0 sm:w-40" label={label}>
      {(control) => (
        <Input
          {...control}
          max="9999-12-31"
          onBlur={() => isDay(text) || reset()}
          onChange={(event) => type(event.target.value)}
          type="date"
          value={text}
        />
      )}
    </FormField>
  );
}
