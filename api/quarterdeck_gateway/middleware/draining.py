"""Sends clients elsewhere before the gateway stops: whoever keeps a connection is told to leave it.

Otherwise a request may arrive just when its connection is closed, and a client cannot know whether
a chat was begun.
"""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quarterdeck_gateway.services import Drain

_CLOSE: Final = (b"connection", b"close")


class DrainingMiddleware:
    """Ends connections with their next answer once ``drain`` has begun."""

    def __init__(self, app: ASGIApp, *, drain: Drain) -> None:
        self.app = app
        self.drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_leaving(message: Message) -> None:
            if message["type"] == "http.response.start" and self.drain.draining:
                message["headers"] = [*message.get("headers", ()), _CLOSE]
            await send(message)

        await self.app(scope, receive, send_leaving)
