"""Refuses bodies that are too long, by what they declare or by counting what comes.

A body without a declared length is counted as it is read, so it never stands in memory whole.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quarterdeck_gateway.errors import BodyTooLarge


class BodyLimitMiddleware:
    """Raises BodyTooLarge for more than ``limit`` bytes."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if declared_length(scope) > self.limit:
            raise self._refusal()
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                raise self._refusal()
            return message

        await self.app(scope, receive_counted, send)

    def _refusal(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The request body is longer than {self.limit} bytes: shorten the conversation, "
            "or raise QUARTERDECK_MAX_BODY_BYTES."
        )


def declared_length(scope: Scope) -> int:
    """Content-Length, 0 when there is none; the server has already refused nonsense."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
