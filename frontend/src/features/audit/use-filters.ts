import { useEffect, useRef, useState } from "react";
import { type AuditFilters, type Filter, wrongIn } from "./filters";

type Typed = Partial<Record<Filter, string>>;

/**
 * What is typed into the filters. It begins anew when the address says something else than what was
 * applied here. `apply` gives the filters that are wrong; then nothing is asked for.
 */
export function useFilters(filters: AuditFilters, onApply: (filters: AuditFilters) => void) {
  const [typed, setTyped] = useState<Typed>(filters);
  const [judged, setJudged] = useState(filters);
  const address = JSON.stringify(filters);
  const applied = useRef(address);
  useEffect(() => {
    if (address === applied.current) return;
    applied.current = address;
    setTyped(JSON.parse(address));
    setJudged(JSON.parse(address));
  }, [address]);
  const apply = (wanted: AuditFilters): readonly Filter[] => {
    setJudged(wanted);
    const wrong = wrongIn(wanted);
    if (wrong.length > 0) return wrong;
    applied.current = JSON.stringify(wanted);
    setTyped(wanted);
    onApply(wanted);
    return [];
  };
  const put = (name: Filter, text: string) => {
    setTyped((before) => ({ ...before, [name]: text }));
    // What is being changed is not called wrong until it is asked for.
    setJudged((before) => ({ ...before, [name]: undefined }));
  };
  return { typed, wrong: wrongIn(judged), put, apply };
}
