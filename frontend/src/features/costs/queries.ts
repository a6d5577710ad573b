/** What the page of costs asks the gateway. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, send } from "@/lib/api";
import type { Group } from "./grouping";

export type CostReport = Schemas["CostReport"];

export interface Question {
  by: Group;
  from: string;
  to: string;
  namespace?: string | undefined;
  agent?: string | undefined;
  model?: string | undefined;
  key?: string | undefined;
  team?: string | undefined;
}

const REFRESH_MS = 30_000;

export function costsQuery({ by, ...chosen }: Question) {
  return queryOptions({
    queryKey: ["costs", by, chosen],
    queryFn: async ({ signal }): Promise<CostReport> => {
      const query = { by: [by], ...chosen };
      const report = await send(api.GET("/api/v1/costs", { params: { query }, signal }));
      if (typeof report === "string") throw new TypeError("The gateway sent a table.");
      return report;
    },
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** The same as a file; the session's cookie goes along by itself. */
export function csvAddress(question: Question): string {
  const said = Object.entries({ ...question, format: "csv" }).filter(([, value]) => value);
  return `/api/v1/costs?${new URLSearchParams(said)}`;
}
