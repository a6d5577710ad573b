"""Routes of ``/api/v1/session``.

They are open to everybody, so what the layers do for other endpoints is done here: wrong keys are
counted and throttled, and other sites may sign nobody in or out. Whoever is not signed in is told
so without an error: every first visit of the web UI asks.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_contract.timestamps import rfc3339
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.errors import Unauthenticated
from quarterdeck_gateway.identity.client_address import Networks
from quarterdeck_gateway.identity.cookies import (
    cookie,
    is_https,
    no_cookies,
    session_token,
    sign_in_is_https,
)
from quarterdeck_gateway.identity.failures import attempt_of
from quarterdeck_gateway.identity.opening import Doorkeeping
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.identity.same_origin import cross_site
from quarterdeck_gateway.identity.sessions import Session
from quarterdeck_gateway.middleware.errors import refused
from quarterdeck_gateway.schemas import error_responses
from quarterdeck_gateway.session.schemas import SignIn
from quarterdeck_gateway.whoami.schemas import WhoAmI, who

_NOBODY: Final[dict[int | str, dict[str, Any]]] = {
    204: {"description": "Nobody: there is no cookie."}
}


@dataclass(frozen=True)
class SignInDesk:
    """What signing in works with."""

    door: Doorkeeping
    audit: AuditLog
    now: Callable[[], datetime]
    trusted_proxies: Networks

    def sign_in(self, request: Request, key: str) -> Session:
        """A new session. Raises Unauthenticated, TooManyFailures, Starting, CrossSite."""
        self.refuse_other_sites(request)
        try:
            session = self.door.sessions.open(key)
        except Unauthenticated as error:
            attempt = attempt_of(request.scope)
            throttled = self.door.failures.unauthenticated(attempt, presented=True)
            raise throttled or error from error.__cause__
        self._record(request, AuditAction.SESSION_CREATED, session.principal.name)
        return session

    async def sign_out(self, request: Request) -> None:
        """On record, if somebody was signed in. Raises CrossSite, Starting."""
        self.refuse_other_sites(request)
        token = self._token(request)
        if token is None:
            return
        # Whoever is signed out already is welcome to lose the cookie too.
        with suppress(Unauthenticated):
            principal = await self.door.sessions.end(token)
            self._record(request, AuditAction.SESSION_ENDED, principal.name)

    async def sign_out_everywhere(self, request: Request) -> None:
        """The same for all sessions of the same key. Raises Unauthenticated when nobody knows whose
        those are, CrossSite, Starting, Unavailable when some could go on."""
        self.refuse_other_sites(request)
        token = self._token(request)
        if token is None:
            raise Unauthenticated("Nobody is signed in, so it is not known whose sessions to end.")
        principal = await self.door.sessions.end_all(token)
        self._record(request, AuditAction.SESSION_ENDED, principal.name, all=True)

    async def signed_in(self, request: Request) -> Principal | None:
        """Whose cookie it is; None without one. Raises Unauthenticated, Starting."""
        token = self._token(request)
        return None if token is None else await self.door.sessions.principal(token)

    def _token(self, request: Request) -> str | None:
        return session_token(request.scope, https=self.is_https(request))

    def new_cookie(self, request: Request, session: Session) -> str:
        """The Set-Cookie header that begins ``session``."""
        return cookie(session.token, https=sign_in_is_https(request.scope, self.trusted_proxies))

    def forget(self, request: Request, response: Response) -> None:
        """Have the browser remove its cookie."""
        for line in no_cookies(request.scope, https=self.is_https(request)):
            response.headers.append("set-cookie", line)

    def is_https(self, request: Request) -> bool:
        """Whether the browser certainly speaks https."""
        return is_https(request.scope, self.trusted_proxies)

    def refused(self, request: Request, error: Unauthenticated) -> Response:
        """The answer for a cookie that is not good, on record; nobody guesses with cookies."""
        attempt = attempt_of(request.scope)
        self.door.failures.unauthenticated(attempt, presented=False)
        return refused(error, attempt.request_id)

    def refuse_other_sites(self, request: Request) -> None:
        """Raises CrossSite, on record, for a page of another site."""
        refusal = cross_site(request.scope, strict=False)
        if refusal is not None:
            self.door.failures.denied(attempt_of(request.scope), "", refusal)
            raise refusal

    def _record(self, request: Request, action: AuditAction, actor: str, **detail: bool) -> None:
        attempt = attempt_of(request.scope)
        self.audit.append(
            AuditEvent(
                action=action,
                actor=actor,
                address=attempt.address,
                subject=attempt.subject,
                request_id=attempt.request_id,
                detail=detail,
                at=rfc3339(self.now()),
            )
        )


def router(desk: SignInDesk) -> APIRouter:
    """The routes over ``desk``."""
    routes = APIRouter(prefix="/api/v1/session", tags=["identity"])

    @routes.post(
        "",
        summary="Sign in with an API key and get a session's cookie",
        responses=error_responses(400, 401, 403, 422, 429, 503),
    )
    async def create_session(wanted: SignIn, request: Request, response: Response) -> WhoAmI:
        session = desk.sign_in(request, wanted.key.get_secret_value())
        response.headers["set-cookie"] = desk.new_cookie(request, session)
        return who(session.principal)

    @routes.get(
        "",
        summary="Who is signed in",
        response_model=WhoAmI,
        responses=_NOBODY | error_responses(401, 503),
    )
    async def get_session(request: Request) -> WhoAmI | Response:
        """By the session's cookie alone. One that is good no longer is removed with the 401."""
        try:
            principal = await desk.signed_in(request)
        except Unauthenticated as error:
            response = desk.refused(request, error)
            desk.forget(request, response)
            return response
        return Response(status_code=204) if principal is None else who(principal)

    @routes.delete(
        "", status_code=204, summary="Sign out", responses=error_responses(401, 403, 422, 503)
    )
    async def delete_session(
        request: Request,
        response: Response,
        all: bool = False,  # noqa: A002
    ) -> None:
        """Ends the session on every gateway and removes the cookie. With `all`, ends all sessions
        that were begun with the same key; 503 when not all can be ended now, and then none is."""
        if all:
            await desk.sign_out_everywhere(request)
        else:
            await desk.sign_out(request)
        desk.forget(request, response)

    return routes
