"""The gateway as one ASGI application: middleware in its order (``middleware/layers``), the chat,
and everything that is not one.
"""

from collections.abc import Mapping, Sequence
from typing import NoReturn

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp

from quarterdeck_gateway.agents import endpoints as agents
from quarterdeck_gateway.chat.endpoints import chat_route
from quarterdeck_gateway.chat.request import field_path
from quarterdeck_gateway.errors import GatewayError, InvalidRequest, MethodNotAllowed, NotFound
from quarterdeck_gateway.health import endpoints as health
from quarterdeck_gateway.middleware.draining import DrainingMiddleware
from quarterdeck_gateway.middleware.layers import layers
from quarterdeck_gateway.models import endpoints as models
from quarterdeck_gateway.openapi import document
from quarterdeck_gateway.queries.repetition import require_single_values
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.session import endpoints as session
from quarterdeck_gateway.session.endpoints import SignInDesk
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.targets import endpoints as targets
from quarterdeck_gateway.ui.files import ui_application


def create_app(
    settings: Settings,
    services: Services,
    *,
    management: Sequence[APIRouter] = (),
    mounts: Mapping[str, ASGIApp] | None = None,
) -> FastAPI:
    """The application over ``services``, which must outlive it.

    ``management`` are the routers of /api/v1 that need more than a chat does (``composition``).
    ``mounts`` are further ASGI applications by path prefix (``/k8s``); they are behind the same
    middleware, authentication included. /docs is off; /openapi.json needs a key.
    """
    app = FastAPI(
        title="Quarterdeck gateway",
        description="Chat with agents through the API of OpenAI; manage keys, budgets and costs.",
        version="v1",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        routes=[chat_route(settings, services)],
        dependencies=[Depends(require_single_values)],
        middleware=[
            Middleware(DrainingMiddleware, drain=services.drain),
            *layers(settings, services.door),
        ],
        exception_handlers={HTTPException: _translate, RequestValidationError: _translate_fields},
    )
    app.include_router(models.router(services.registry, settings.default_namespace))
    app.include_router(agents.router(services.registry, settings.default_namespace))
    app.include_router(health.router(services))
    app.include_router(targets.router(services.registry))
    app.include_router(session.router(sign_in_desk(settings, services)))
    for router in management:
        app.include_router(router)
    for prefix, mounted in (mounts or {}).items():
        app.mount(prefix, mounted)
    if settings.ui_directory is not None:
        # Last: what has a route of its own is no file.
        app.mount("/", ui_application(settings.ui_directory))
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def sign_in_desk(settings: Settings, services: Services) -> SignInDesk:
    """What signing in works with."""
    return SignInDesk(services.door, services.audit, services.clock.now, settings.trusted_proxies)


def _operation_id(route: APIRoute) -> str:
    # Generated clients call their functions so: the endpoint's own name, not one with its path.
    return route.name


async def _translate(request: Request, error: HTTPException) -> NoReturn:
    """The framework's own refusals as ours; the envelope renders them."""
    raise refusal(error, request.method, request.url.path) from error


async def _translate_fields(_request: Request, error: RequestValidationError) -> NoReturn:
    first = error.errors()[0]
    part, *rest = first["loc"]
    # Names of headers have dashes, as have those of a union's members, which are left out.
    path = str(rest[0]) if part == "header" else field_path(tuple(rest))
    raise InvalidRequest(
        f"{path or 'The body'} is wrong: {first['msg']}.", param=path or None
    ) from error


def refusal(error: HTTPException, method: str, path: str) -> GatewayError:
    """The GatewayError for an HTTPException of the framework."""
    if error.status_code == 404:
        return NotFound(f"There is nothing at {path}.")
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(f"{path} does not answer {method}.", allow=allow)
    refused = InvalidRequest if 400 <= error.status_code < 500 else GatewayError
    return refused(str(error.detail))
