import {
  infiniteQueryOptions,
  type QueryClient,
  type QueryKey,
  queryOptions,
} from "@tanstack/react-query";
import { api, type Schemas, send } from "@/lib/api";
import { ApiError } from "@/lib/api-error";

export type Conversation = Schemas["ConversationView"];
export type ConversationDetail = Schemas["ConversationDetail"];

const PAGE = 40;
const LISTS = ["conversations"];

export const conversationsQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: [...LISTS, search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      send(
        api.GET("/api/v1/conversations", {
          params: { query: { search, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const getConversation = (id: string): Promise<ConversationDetail> =>
  send(
    api.GET("/api/v1/conversations/{conversation_id}", {
      params: { path: { conversation_id: id } },
    }),
  );

export const conversationQuery = (id: string) =>
  queryOptions({ queryKey: ["conversation", id], queryFn: () => getConversation(id) });

/** Has the conversation loaded anew when it is opened again, if what is known of it is older than this. */
export function forgetEarlier(queryClient: QueryClient, id: string, revision: number): void {
  const { queryKey } = conversationQuery(id);
  const known = queryClient.getQueryData(queryKey);
  if (known && known.revision < revision) queryClient.removeQueries({ queryKey });
}

export const createConversation = (agent: string): Promise<Conversation> =>
  send(api.POST("/api/v1/conversations", { body: { agent } }));

export const changeConversation = (
  id: string,
  change: Schemas["ConversationChange"],
): Promise<Conversation> =>
  send(
    api.PATCH("/api/v1/conversations/{conversation_id}", {
      params: { path: { conversation_id: id } },
      body: change,
    }),
  );

export const deleteConversation = (id: string): Promise<unknown> =>
  send(
    api.DELETE("/api/v1/conversations/{conversation_id}", {
      params: { path: { conversation_id: id } },
    }),
  );

/**
 * Gives the conversation's revision after that. Refused as `conversation_changed` when it has
 * another one than `revision` before.
 */
export async function keepMessage(
  id: string,
  position: number,
  message: Schemas["WantedMessage"],
  revision: number,
  options: { keepalive?: boolean } = {},
): Promise<number> {
  const put = (body: Schemas["WantedMessage"]) =>
    send(
      api.PUT("/api/v1/conversations/{conversation_id}/messages/{position}", {
        params: {
          path: { conversation_id: id, position },
          header: { "if-match": `"${revision}"` },
        },
        body,
        ...options,
      }),
    );
  const { error_code: code, ...rest } = message;
  try {
    return (await put(message)).revision;
  } catch (error) {
    // While a new release is rolled out, a gateway of the one before may not know the code.
    if (!code || ApiError.of(error).param !== "error_code") throw error;
    return (await put(rest)).revision;
  }
}

export const exportPath = (id: string, format: "markdown" | "json"): string =>
  `/api/v1/conversations/${encodeURIComponent(id)}/export?format=${format}`;

/** After a change: the lists, and the one conversation, are asked for anew. */
export async function refreshConversations(queryClient: QueryClient, id?: string): Promise<void> {
  const changed: QueryKey[] = id ? [LISTS, conversationQuery(id).queryKey] : [LISTS];
  await Promise.all(changed.map((queryKey) => askAnew(queryClient, queryKey)));
}

/** A first answer that is still on its way may be older than the change: it counts no more. */
async function askAnew(queryClient: QueryClient, queryKey: QueryKey): Promise<void> {
  await queryClient.cancelQueries({ queryKey });
  await queryClient.invalidateQueries({ queryKey });
}
