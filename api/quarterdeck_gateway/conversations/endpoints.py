"""Routes of ``/api/v1/conversations``."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from quarterdeck_gateway.conversations.export import attachment
from quarterdeck_gateway.conversations.schemas import (
    ConversationChange,
    ConversationDetail,
    ConversationId,
    ConversationPage,
    ConversationQuery,
    ConversationView,
    ExportFormat,
    MessageCount,
    MessageView,
    NewConversation,
    Position,
    WantedMessage,
)
from quarterdeck_gateway.conversations.service import ConversationService
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.schemas import error_responses

_ONE: Final = "/{conversation_id}"
_AS_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {
            "text/markdown": {"schema": {"type": "string"}},
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ConversationDetail"},
            },
        },
    }
}


def router(conversations: ConversationService) -> APIRouter:
    """The routes over ``conversations``."""
    routes = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])
    _add_lists(routes, conversations)
    _add_changes(routes, conversations)
    return routes


def _add_lists(routes: APIRouter, conversations: ConversationService) -> None:
    @routes.get(
        "", summary="The caller's conversations", responses=error_responses(401, 403, 422, 503)
    )
    async def list_conversations(
        query: Annotated[ConversationQuery, Query()], caller: Caller
    ) -> ConversationPage:
        return await conversations.page(caller, query)

    @routes.get(
        _ONE,
        summary="One conversation with its messages",
        responses=error_responses(401, 403, 404, 422, 503),
    )
    async def get_conversation(
        conversation_id: ConversationId, caller: Caller
    ) -> ConversationDetail:
        return await conversations.get(caller, conversation_id)

    @routes.get(
        f"{_ONE}/export",
        summary="One conversation as a file",
        response_class=Response,
        responses=_AS_FILE | error_responses(401, 403, 404, 422, 503),
    )
    async def export_conversation(
        conversation_id: ConversationId,
        caller: Caller,
        format: ExportFormat = ExportFormat.MARKDOWN,  # noqa: A002
    ) -> Response:
        return attachment(await conversations.get(caller, conversation_id), format)


def _add_changes(routes: APIRouter, conversations: ConversationService) -> None:
    @routes.post(
        "",
        status_code=201,
        summary="Begin a conversation",
        responses=error_responses(400, 401, 403, 409, 422, 429, 503),
    )
    async def create_conversation(wanted: NewConversation, caller: Caller) -> ConversationView:
        return await conversations.create(caller, wanted)

    @routes.patch(
        _ONE,
        summary="Rename a conversation, or continue it with another agent",
        responses=error_responses(400, 401, 403, 404, 422, 429, 503),
    )
    async def update_conversation(
        conversation_id: ConversationId, change: ConversationChange, caller: Caller
    ) -> ConversationView:
        return await conversations.change(caller, conversation_id, change)

    @routes.delete(
        _ONE,
        status_code=204,
        summary="Delete a conversation for good",
        responses=error_responses(401, 403, 404, 422, 503),
    )
    async def delete_conversation(conversation_id: ConversationId, caller: Caller) -> None:
        await conversations.delete(caller, conversation_id)

    @routes.put(
        f"{_ONE}/messages/{{position}}",
        summary="Write a message and drop those after it",
        responses=error_responses(400, 401, 403, 404, 409, 413, 422, 429, 503),
    )
    async def put_message(
        conversation_id: ConversationId,
        position: Position,
        message: WantedMessage,
        caller: Caller,
        count: MessageCount | None = None,
    ) -> MessageView:
        """With `count`, only if the conversation still has so many messages; else 409
        `conversation_changed`, and nothing is written or dropped."""
        return await conversations.put_message(
            caller, conversation_id, position, message, count=count
        )
