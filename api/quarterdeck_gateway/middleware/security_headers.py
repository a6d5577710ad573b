"""Response headers that keep an answer from being taken for a page, framed, sniffed or stored."""

from collections.abc import Iterable
from typing import Final

from secure import (
    CacheControl,
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

_TWO_YEARS: Final = 2 * 365 * 24 * 3600


def api_headers() -> tuple[Header, ...]:
    """For answers to programs: nothing in them may run, be framed, be stored or be guessed at."""
    policy = Secure(
        cache=CacheControl().no_store(),
        csp=ContentSecurityPolicy()
        .default_src("'none'")
        .base_uri("'none'")
        .form_action("'none'")
        .frame_ancestors("'none'"),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        # Browsers heed it on https alone, so it does no harm behind a port-forward.
        hsts=StrictTransportSecurity().max_age(_TWO_YEARS),
        referrer=ReferrerPolicy().no_referrer(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    )
    return tuple((name.lower().encode(), value.encode()) for name, value in policy.header_items())


class SecurityHeadersMiddleware:
    """Adds those of ``headers`` that an answer does not set itself."""

    def __init__(self, app: ASGIApp, *, headers: Iterable[Header] | None = None) -> None:
        self.app = app
        self.headers = tuple(api_headers() if headers is None else headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                own = {name.lower() for name, _ in headers}
                missing = [header for header in self.headers if header[0] not in own]
                message["headers"] = [*headers, *missing]
            await send(message)

        await self.app(scope, receive, send_secured)
