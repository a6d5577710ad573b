/** Who is signed in, and what they may do. The session itself is a cookie that scripts cannot read. */
import {
  type QueryClient,
  queryOptions,
  skipToken,
  useQuery,
  useSuspenseQuery,
} from "@tanstack/react-query";
import { t } from "@/messages/common";
import { api, type Schemas, send } from "./api";
import { ApiError } from "./api-error";

export type Caller = Schemas["WhoAmI"];
export type Role = Schemas["Role"];

/** Whose data a cache holds. */
const owners = new WeakMap<QueryClient, string>();

const ORDER: readonly Role[] = ["viewer", "user", "editor", "admin"];

const KEY = ["session"];

/** Why there is no session any more, in words for people; null while there is one. */
const endQuery = queryOptions<string | null>({
  queryKey: [...KEY, "end"],
  queryFn: skipToken,
  initialData: null,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

/**
 * The caller, or null when nobody is signed in. Whoever was signed in stays the caller when the
 * session ends: what is open stays open, behind the question for a key.
 */
export const sessionQuery = queryOptions({
  queryKey: KEY,
  queryFn: async ({ client }): Promise<Caller | null> => {
    const before = client.getQueryData<Caller | null>(KEY) ?? null;
    const { caller, end } = await currentCaller();
    if (caller !== null) own(client, caller);
    // Of an ended session the gateway tells once why: with that answer the cookie goes.
    const known = client.getQueryData(endQuery.queryKey) ?? t.signedOut;
    client.setQueryData(endQuery.queryKey, end ?? (before && !caller ? known : null));
    return caller ?? before;
  },
  staleTime: 60_000,
  // Another tab may have signed in as somebody else meanwhile.
  refetchOnWindowFocus: "always",
});

/** The gateway answers 204 when there is no session, and 401 when there is one that has ended. */
async function currentCaller(): Promise<{ caller: Caller | null; end?: string }> {
  try {
    const caller: Caller | undefined = await send(api.GET("/api/v1/session"));
    return { caller: caller ?? null };
  } catch (error) {
    const { status, message } = ApiError.of(error);
    if (status === 401) return { caller: null, end: message };
    throw error;
  }
}

/** Asks the gateway again who is signed in; for when it did not know us a moment ago. */
export async function lookAgain(queryClient: QueryClient): Promise<void> {
  // Without an answer nothing is known: whoever asks next finds out.
  await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(() => undefined);
}

/** Why the session has ended, in the gateway's words; null while it has not. */
export const useSessionEnd = (): string | null => useQuery(endQuery).data ?? null;

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
  queryClient.setQueryData(endQuery.queryKey, null);
  queryClient.setQueryData(sessionQuery.queryKey, caller);
}

/** Ends this session, or all that were begun with the same key. */
export const signOut = (everywhere = false): Promise<unknown> =>
  send(api.DELETE("/api/v1/session", { params: { query: { all: everywhere } } }));

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
