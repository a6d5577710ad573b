"""``POST /v1/chat/completions`` as a plain ASGI route: the hot path pays for no framework.

FastAPI's machinery (dependencies, serialisers, streams through generators) would cost more than
all the work done here. ``document`` keeps the route in the OpenAPI document.
"""

from functools import partial
from typing import Final

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from quarterdeck_gateway.chat.account import Account
from quarterdeck_gateway.chat.connection import while_connected
from quarterdeck_gateway.chat.pipeline import Pipeline
from quarterdeck_gateway.chat.relay import relay
from quarterdeck_gateway.chat.request import Chat, parse, read_body
from quarterdeck_gateway.chat.settlement import keep, settling
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.settings import Settings

CHAT_PATH: Final = "/v1/chat/completions"


class ChatEndpoint:
    """The ASGI application behind the route; ``scope["state"]`` names the caller."""

    def __init__(self, settings: Settings, services: Services) -> None:
        self._services = services
        self._pipeline = Pipeline(settings, services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        request_id: str = state["request_id"]
        account = Account(
            request_id, state["principal"], self._services, state.get("client_address", "")
        )
        account.span = self._services.tracing.begin(scope["headers"], request_id)
        with settling(account, self._services):
            body = await read_body(receive)
            account.request = parse(body)
            chat = Chat(request_id, body, account.request)
            async with while_connected(receive):
                answer = await self._pipeline.admit(chat, account)
                await relay(answer, account, send, partial(keep, account, self._services))


def chat_route(settings: Settings, services: Services) -> Route:
    """The route, for the application's list."""
    return Route(CHAT_PATH, ChatEndpoint(settings, services), methods=["POST"])
