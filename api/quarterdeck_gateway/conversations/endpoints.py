"""Routes of ``/api/v1/conversations``."""

from typing import Annotated, Any, Final, Protocol, TypeVar

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
    IfMatch,
    NewConversation,
    Position,
    WantedMessage,
    WrittenMessage,
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
    _add_messages(routes, conversations)
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
        conversation_id: ConversationId, caller: Caller, response: Response
    ) -> ConversationDetail:
        return _tagged(response, await conversations.get(caller, conversation_id))

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
    async def create_conversation(
        wanted: NewConversation, caller: Caller, response: Response
    ) -> ConversationView:
        return _tagged(response, await conversations.create(caller, wanted))

    @routes.patch(
        _ONE,
        summary="Rename a conversation, or continue it with another agent",
        responses=error_responses(400, 401, 403, 404, 422, 429, 503),
    )
    async def update_conversation(
        conversation_id: ConversationId,
        change: ConversationChange,
        caller: Caller,
        response: Response,
    ) -> ConversationView:
        return _tagged(response, await conversations.change(caller, conversation_id, change))

    @routes.delete(
        _ONE,
        status_code=204,
        summary="Delete a conversation for good",
        responses=error_responses(401, 403, 404, 422, 503),
    )
    async def delete_conversation(conversation_id: ConversationId, caller: Caller) -> None:
        await conversations.delete(caller, conversation_id)


def _add_messages(routes: APIRouter, conversations: ConversationService) -> None:
    @routes.put(
        f"{_ONE}/messages/{{position}}",
        summary="Write a message and drop those after it",
        responses=error_responses(400, 401, 403, 404, 409, 412, 413, 422, 429, 503),
    )
    async def put_message(
        conversation_id: ConversationId,
        position: Position,
        message: WantedMessage,
        caller: Caller,
        response: Response,
        if_match: IfMatch = None,
    ) -> WrittenMessage:
        """With `If-Match`, only if the conversation still has the revision that was read; else 412
        `conversation_changed`, and nothing is written or dropped."""
        written = await conversations.put_message(
            caller, conversation_id, position, message, revision=_revision(if_match)
        )
        return _tagged(response, written)


class _Revised(Protocol):
    @property
    def revision(self) -> int: ...


_View = TypeVar("_View", bound=_Revised)


def _tagged(response: Response, view: _View) -> _View:
    """``view``, with its revision as the answer's ETag."""
    response.headers["etag"] = f'"{view.revision}"'
    return view


def _revision(if_match: str | None) -> int | None:
    """The revision that is asked for; None for any."""
    return None if if_match in (None, "*") else int(if_match.strip('"'))
