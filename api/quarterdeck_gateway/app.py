"""The gateway as one ASGI application: middleware in its order (``middleware/layers``), the chat,
and everything that is not one.
"""

from collections.abc import Mapping, Sequence
from typing import NoReturn

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp

from quarterdeck_gateway.agents import endpoints as agents
from quarterdeck_gateway.chat.endpoints import chat_route
from quarterdeck_gateway.chat.request import field_path
from quarterdeck_gateway.errors import GatewayError, InvalidRequest, MethodNotAllowed, NotFound
from quarterdeck_gateway.health import endpoints as health
from quarterdeck_gateway.middleware.layers import layers
from quarterdeck_gateway.models import endpoints as models
from quarterdeck_gateway.openapi import document
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.settings import Settings


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
        telemetry={"tracing": False, "metrics": False, "logs": False},
        routes=[chat_route(settings, services)],
        middleware=layers(settings, services.door),
        exception_handlers={HTTPException: _translate, RequestValidationError: _translate_fields},
    )
    app.include_router(models.router(services.registry, settings.default_namespace))
    app.include_router(agents.router(services.registry, settings.default_namespace))
    app.include_router(health.router(services))
    for router in management:
        app.include_router(router)
    for prefix, mounted in (mounts or {}).items():
        app.mount(prefix, mounted)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


async def _translate(request: Request, error: HTTPException) -> NoReturn:
    """The framework's own refusals as ours; the envelope renders them."""
    raise refusal(error, request.method, request.url.path) from error


async def _translate_fields(_request: Request, error: RequestValidationError) -> NoReturn:
    first = error.errors()[0]
    path = field_path(tuple(first["loc"][1:]))
    raise InvalidRequest(f"{path} is wrong: {first['msg']}.", param=path) from error


def refusal(error: HTTPException, method: str, path: str) -> GatewayError:
    """The GatewayError for an HTTPException of the framework."""
    if error.status_code == 404:
        return NotFound(f"There is nothing at {path}.")
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(f"{path} does not answer {method}.", allow=allow)
    refused = InvalidRequest if 400 <= error.status_code < 500 else GatewayError
    return refused(str(error.detail))
