import { X } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { t } from "./messages";
import { type CostSearch, chips, type Filter } from "./search";

export interface FilterChipsProps {
  search: CostSearch;
  onClear: (filters: readonly Filter[]) => void;
}

/** Whose costs these are, when they are not everybody's; each can be taken away. */
export function FilterChips({ search, onClear }: FilterChipsProps) {
  const shown = chips(search);
  if (shown.length === 0) return null;
  return (
    <ul aria-label={t.filters} className="flex flex-wrap gap-2">
      {shown.map(({ filter, name, clears }) => (
        <li key={filter} className="min-w-0">
          <Badge tone="info" className="py-1 pr-1">
            <span className="truncate">{t.only(t.filterNames[filter], name)}</span>
            <button
              type="button"
              aria-label={t.remove(t.filterNames[filter], name)}
              className="rounded-full p-1 hover:bg-info/15 focus-visible:outline-2 focus-visible:outline-ring"
              onClick={() => onClear(clears)}
            >
              <X aria-hidden />
            </button>
          </Badge>
        </li>
      ))}
    </ul>
  );
}
