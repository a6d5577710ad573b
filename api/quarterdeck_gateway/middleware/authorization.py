"""Whoever is known still has to be allowed: one step for every endpoint, by the access table.

What a row cannot tell from the path (which agent, which namespace in a query or a body) the
endpoint decides with the Principal that it is given.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_gateway.errors import GatewayError, MethodNotAllowed, NotFound
from quarterdeck_gateway.identity.access import AccessTable, refusal
from quarterdeck_gateway.identity.failures import Failures, attempt_of


class AuthorizationMiddleware:
    """Refuses what has no row, a role that is too small, and namespaces of others."""

    def __init__(self, app: ASGIApp, *, access: AccessTable, failures: Failures) -> None:
        self.app = app
        self.access = access
        self.failures = failures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._check(scope)
        await self.app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        state = scope["state"]
        match = state["match"]
        if match is None:
            raise self._not_served(scope["method"], scope["path"])
        if match.access.role is None:
            return
        error = refusal(match, state["principal"])
        if error is not None:
            self.failures.denied(attempt_of(scope), state["principal"].name, error)
            raise error

    def _not_served(self, method: str, path: str) -> GatewayError:
        allow = self.access.methods(path)
        if allow:
            return MethodNotAllowed(f"{path} does not answer {method}.", allow=", ".join(allow))
        return NotFound(f"There is nothing at {path}.")
