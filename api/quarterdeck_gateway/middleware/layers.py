"""The middleware of the gateway in its order, from the outside in. Each relies on those before it:

    request id -> security headers -> CORS -> error envelope -> body limit -> timeouts
        -> authentication -> authorization -> route

What a layer refuses, the envelope renders, and the headers around it stand on refusals too.
"""

from starlette.middleware import Middleware

from quarterdeck_gateway.chat.endpoints import CHAT_PATH
from quarterdeck_gateway.identity.opening import Doorkeeping
from quarterdeck_gateway.middleware.authentication import AuthenticationMiddleware
from quarterdeck_gateway.middleware.authorization import AuthorizationMiddleware
from quarterdeck_gateway.middleware.body_limit import BodyLimitMiddleware
from quarterdeck_gateway.middleware.cors import cors
from quarterdeck_gateway.middleware.errors import ErrorEnvelopeMiddleware
from quarterdeck_gateway.middleware.request_id import RequestIdMiddleware
from quarterdeck_gateway.middleware.security_headers import SecurityHeadersMiddleware
from quarterdeck_gateway.middleware.timeouts import TimeoutMiddleware
from quarterdeck_gateway.settings import Settings

PATIENT_PATHS = frozenset({CHAT_PATH})
"""Where an answer may take as long as a worker does."""


def layers(settings: Settings, door: Doorkeeping) -> list[Middleware]:
    """The list, for the application. Raises ValueError for origins that are none."""
    return [
        Middleware(RequestIdMiddleware),
        Middleware(SecurityHeadersMiddleware),
        *cors(settings.cors_origins),
        Middleware(ErrorEnvelopeMiddleware),
        Middleware(BodyLimitMiddleware, limit=settings.max_body_bytes),
        Middleware(
            TimeoutMiddleware, seconds=settings.request_timeout_seconds, patient=PATIENT_PATHS
        ),
        Middleware(
            AuthenticationMiddleware,
            verifier=door.verifier,
            sessions=door.sessions,
            access=door.access,
            failures=door.failures,
            trusted_proxies=settings.trusted_proxies,
        ),
        Middleware(AuthorizationMiddleware, access=door.access, failures=door.failures),
    ]
