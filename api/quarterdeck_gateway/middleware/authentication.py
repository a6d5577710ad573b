"""Nothing is open but the probes and the metrics: whoever adds a path adds it behind the key."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_gateway.auth import KeyVerifier, bearer_key
from quarterdeck_gateway.errors import Unauthenticated

OPEN_PATHS: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_POLICY_VIOLATION: Final = 1008


class AuthenticationMiddleware:
    """Wants ``Authorization: Bearer KEY``; puts the Principal into ``scope["state"]``."""

    def __init__(self, app: ASGIApp, *, verifier: KeyVerifier) -> None:
        self.app = app
        self.verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS:
            key = bearer_key(authorization(scope))
            principal = self.verifier.verify(key) if key is not None else None
            if principal is None:
                raise Unauthenticated(MISSING if key is None else WRONG)
            scope["state"]["principal"] = principal
        await self.app(scope, receive, send)


MISSING: Final = "No API key was given: send the header 'Authorization: Bearer <key>'."
WRONG: Final = (
    "The API key is not the one of this gateway: "
    "check the key that is sent as 'Authorization: Bearer <key>'."
)


def authorization(scope: Scope) -> str:
    """The Authorization header, empty when there is none or more than one."""
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    return values[0].decode("latin-1") if len(values) == 1 else ""
