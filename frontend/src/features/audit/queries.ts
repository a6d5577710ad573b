/** What the page of the audit log asks the gateway. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, type Schemas, send } from "@/lib/api";
import type { AuditFilters } from "./filters";

export type AuditEvent = Schemas["AuditEventView"];
export type Verification = Schemas["AuditVerification"];

const PAGE = 50;

export function auditQuery(filters: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: ["audit", filters],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filters, limit: PAGE, ...(pageParam && { cursor: pageParam }) };
      return send(api.GET("/api/v1/audit", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
  });
}

/** Has the gateway read the whole log. `checkpoint` is empty, or that of an earlier verification. */
export function verify(checkpoint: string): Promise<Verification> {
  const query = checkpoint ? { checkpoint } : {};
  return send(api.GET("/api/v1/audit/verify", { params: { query } }));
}
