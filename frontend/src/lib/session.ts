/** Who is signed in, and what they may do. The session itself is a cookie that scripts cannot read. */
import { type QueryClient, queryOptions, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { api, type Schemas, send } from "./api";
import { ApiError } from "./api-error";

export type Caller = Schemas["WhoAmI"];
export type Role = Schemas["Role"];

/** Whose data a cache holds. */
const owners = new WeakMap<QueryClient, string>();

const ORDER: readonly Role[] = ["viewer", "user", "editor", "admin"];

const KEY = ["session"];

/** The caller, or null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: KEY,
  queryFn: async ({ client }): Promise<Caller | null> => {
    const caller = await currentCaller();
    if (caller !== null) own(client, caller);
    return caller;
  },
  staleTime: 60_000,
  // Another tab may have signed in as somebody else meanwhile.
  refetchOnWindowFocus: "always",
});

/** The gateway answers 204 when there is no session, and 401 when there is one that has ended. */
async function currentCaller(): Promise<Caller | null> {
  try {
    const caller: Caller | undefined = await send(api.GET("/api/v1/session"));
    return caller ?? null;
  } catch (error) {
    if (ApiError.of(error).status === 401) return null;
    throw error;
  }
}

/** What was loaded for somebody else is forgotten; what is on the screen is loaded anew. */
function own(queryClient: QueryClient, caller: Caller): void {
  const before = owners.get(queryClient);
  owners.set(queryClient, caller.name);
  if (before === undefined || before === caller.name) return;
  const predicate = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== KEY[0];
  queryClient.getMutationCache().clear();
  queryClient.removeQueries({ type: "inactive", predicate });
  void queryClient.resetQueries({ predicate });
}

/** Opens a session. The key is in this one request, and nowhere after it. */
export const signIn = (key: string): Promise<Caller> =>
  send(api.POST("/api/v1/session", { body: { key } }));

/** From here on `caller` is signed in. What was loaded for somebody else is forgotten. */
export function openAs(queryClient: QueryClient, caller: Caller): void {
  own(queryClient, caller);
  queryClient.setQueryData(sessionQuery.queryKey, caller);
}

export const signOut = (): Promise<unknown> => send(api.DELETE("/api/v1/session"));

export function allows(role: Role | undefined, needed: Role): boolean {
  return role !== undefined && ORDER.indexOf(role) >= ORDER.indexOf(needed);
}

/** The caller; only below the signed-in part of the router. */
export function useCaller(): Caller {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data === null) throw new ApiError({ status: 401, code: "signed_out", message: "" });
  return data;
}

/** Whether the caller's role is `needed` or more. The gateway decides again at each request. */
export function useMay(needed: Role): boolean {
  const { data } = useQuery(sessionQuery);
  return allows(data?.role, needed);
}
