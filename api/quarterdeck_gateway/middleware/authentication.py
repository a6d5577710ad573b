"""Nothing is open but what the access table says: whoever adds a path adds it behind the key."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_gateway.errors import Forbidden, Unauthenticated
from quarterdeck_gateway.identity.access import AccessTable
from quarterdeck_gateway.identity.client_address import Networks, client_address
from quarterdeck_gateway.identity.cookies import is_https, session_token
from quarterdeck_gateway.identity.failures import Failures, attempt_of
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.identity.same_origin import cross_site
from quarterdeck_gateway.identity.sessions import Sessions
from quarterdeck_gateway.identity.verifier import Verifier

_POLICY_VIOLATION: Final = 1008
UNKNOWN_ACTOR: Final = ""


class AuthenticationMiddleware:
    """Wants ``Authorization: Bearer CREDENTIAL``, or the cookie of a session, unless the path is
    open.

    Puts ``principal``, ``client_address`` and ``match`` (the access table's) into
    ``scope["state"]``.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        verifier: Verifier,
        sessions: Sessions,
        access: AccessTable,
        failures: Failures,
        trusted_proxies: Networks = (),
    ) -> None:
        self.app = app
        self.verifier = verifier
        self.sessions = sessions
        self.access = access
        self.failures = failures
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if scope["type"] == "http":
            state = scope["state"]
            state["client_address"] = client_address(scope, self.trusted_proxies)
            match = state["match"] = self.access.find(scope["method"], scope["path"])
            if match is None or match.access.role is not None:
                state["principal"] = await self._authenticate(scope)
        await self.app(scope, receive, send)

    async def _authenticate(self, scope: Scope) -> Principal:
        token = self._session_token(scope)
        if token is not None:
            return await self._signed_in(scope, token)
        credential = bearer_credential(authorization(scope))
        try:
            if credential is None:
                raise Unauthenticated(MISSING)
            return await self.verifier.verify(credential)
        except Unauthenticated as error:
            presented = credential is not None
            throttled = self.failures.unauthenticated(attempt_of(scope), presented=presented)
            raise throttled or error from error.__cause__
        except Forbidden as error:
            self.failures.denied(attempt_of(scope), UNKNOWN_ACTOR, error)
            raise

    def _session_token(self, scope: Scope) -> str | None:
        # Whoever sends a key means it, whatever the browser adds.
        if any(name == b"authorization" for name, _ in scope["headers"]):
            return None
        return session_token(scope, https=is_https(scope, self.trusted_proxies))

    async def _signed_in(self, scope: Scope, token: str) -> Principal:
        try:
            principal = await self.sessions.principal(token)
        except Unauthenticated as error:
            # Browsers send cookies by themselves, every few seconds: nobody guesses with them.
            self.failures.unauthenticated(attempt_of(scope), presented=False)
            raise error from error.__cause__
        refusal = cross_site(scope)
        if refusal is not None:
            self.failures.denied(attempt_of(scope), principal.name, refusal)
            raise refusal
        return principal


MISSING: Final = "No API key was given: send the header 'Authorization: Bearer <key>'."


def authorization(scope: Scope) -> str:
    """The Authorization header, empty when there is none or more than one."""
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def bearer_credential(authorization: str) -> str | None:
    """The credential in an Authorization header's value; None when it is not a bearer's."""
    scheme, _, credential = authorization.partition(" ")
    credential = credential.strip()
    return credential if scheme.lower() == "bearer" and credential else None
