"""The OpenAPI document: what FastAPI knows, the chat route that it does not, and who may ask.

Clients are generated from it, so it must name every refusal and the key.
"""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from quarterdeck_contract.wire.chat import ChatChunk, ChatCompletion, ChatRequest
from quarterdeck_gateway.chat.endpoints import CHAT_PATH
from quarterdeck_gateway.middleware.authentication import OPEN_PATHS
from quarterdeck_gateway.schemas import ErrorEnvelope, error_responses

_TEMPLATE: Final = "#/components/schemas/{model}"
_REFUSALS: Final = (400, 401, 403, 404, 409, 413, 422, 429, 502, 503, 504)


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document for ``app``."""
    built = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components: dict[str, Any] = built.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    _, chat = models_json_schema(
        [
            (ChatRequest, "validation"),
            (ChatCompletion, "serialization"),
            (ChatChunk, "serialization"),
            (ErrorEnvelope, "serialization"),
        ],
        ref_template=_TEMPLATE,
    )
    schemas.update(chat["$defs"])
    _forget_the_frameworks_refusals(built)
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    built["security"] = [{"key": []}]
    for path in OPEN_PATHS & built["paths"].keys():
        for operation in built["paths"][path].values():
            operation["security"] = []
    built["paths"][CHAT_PATH] = {"post": _chat_operation()}
    return built


def _forget_the_frameworks_refusals(built: dict[str, Any]) -> None:
    """FastAPI declares its own 422 wherever there is a parameter; the envelope replaces it."""
    for operations in built["paths"].values():
        for operation in operations.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        built["components"]["schemas"].pop(name, None)


def _chat_operation() -> dict[str, Any]:
    return {
        "operationId": "create_chat_completion",
        "tags": ["chat"],
        "summary": "Chat with an agent",
        "description": "`model` is an agent's `name` or `namespace/name`.",
        "requestBody": {"required": True, "content": _json("ChatRequest")},
        "responses": {
            "200": {
                "description": "The answer; with `stream` as server-sent events.",
                "content": _json("ChatCompletion")
                | {"text/event-stream": {"schema": {"$ref": _TEMPLATE.format(model="ChatChunk")}}},
            },
            **{
                str(status): {
                    "description": response["description"],
                    "content": _json("ErrorEnvelope"),
                }
                for status, response in error_responses(*_REFUSALS).items()
            },
        },
    }


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _TEMPLATE.format(model=model)}}}
