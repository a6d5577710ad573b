"""The OpenAPI document: what FastAPI knows, the chat route that it does not, and who may ask.

Clients are generated from it, so it must name every refusal and the key. Roles come from the access
table, the one that is in force.
"""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from quarterdeck_contract.names import COST_EVENT
from quarterdeck_contract.wire.chat import ChatChunk, ChatCompletion, ChatRequest
from quarterdeck_gateway.chat.endpoints import CHAT_PATH
from quarterdeck_gateway.identity.access import Access, AccessTable, Reach
from quarterdeck_gateway.identity.cookies import PLAIN_NAME
from quarterdeck_gateway.manifests.schemas import SHAPE, SHAPES
from quarterdeck_gateway.schemas import ErrorEnvelope, error_responses

ROLE_EXTENSION: Final = "x-quarterdeck-role"
"""On each operation: the least role that it needs, or ``open``."""

_TEMPLATE: Final = "#/components/schemas/{model}"
_CHAT_REFUSALS: Final = (400, 402, 403, 404, 409, 422, 429, 502, 503)
_BEHIND_THE_KEY: Final = (401, 403, 429, 503)
_ANYWHERE: Final = (408, 413, 500, 504)
_WITH_A_BODY: Final = (400, 422)
_LIST_OF_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document for ``app``, built when it is first asked for."""
    if app.openapi_schema is None:
        # Takes long enough to be felt by chats that run beside it.
        app.openapi_schema = _built(app)
    return app.openapi_schema


def _built(app: FastAPI) -> dict[str, Any]:
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
            *((shape, "validation") for shape in SHAPES),
        ],
        ref_template=_TEMPLATE,
    )
    schemas.update(chat["$defs"])
    _forget_the_frameworks_refusals(built)
    _put_shapes(built)
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (`qd_...`), or a JWT of the installation's OIDC issuer.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": PLAIN_NAME,
            "description": "The cookie of a session; on https its name begins with `__Host-`.",
        },
    }
    built["security"] = [{"key": []}, {"session": []}]
    built["paths"][CHAT_PATH] = {"post": _chat_operation()}
    _say_who_may_ask(built, AccessTable())
    return built


def _put_shapes(node: Any) -> None:
    """References to the shapes of manifests in the places that were kept for them."""
    if isinstance(node, dict):
        if (shape := node.pop(SHAPE, None)) is not None:
            node["$ref"] = _TEMPLATE.format(model=shape)
        for child in node.values():
            _put_shapes(child)
    elif isinstance(node, list):
        for child in node:
            _put_shapes(child)


def _forget_the_frameworks_refusals(built: dict[str, Any]) -> None:
    """Every refusal is the envelope: neither FastAPI's own 422, which it declares wherever there is
    a parameter, nor text where the answer would be text."""
    for operations in built["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if not status.startswith("2"):
                    response |= {"content": _json("ErrorEnvelope")}
    for name in ("HTTPValidationError", "ValidationError"):
        built["components"]["schemas"].pop(name, None)


def _say_who_may_ask(built: dict[str, Any], table: AccessTable) -> None:
    rows = {(row.method.lower(), _as_documented(row.path)): row for row in table.rows}
    for path, operations in built["paths"].items():
        for method in _LIST_OF_METHODS & operations.keys():
            _complete(operations[method], rows.get((method, path)))


def _as_documented(template: str) -> str:
    return template.replace(":path}", "}")


def _complete(operation: dict[str, Any], row: Access | None) -> None:
    """Add the role, and the refusals that the layers around every endpoint may make."""
    responses = operation["responses"]
    if row is None:
        return
    operation[ROLE_EXTENSION] = row.role or "open"
    statuses: tuple[int, ...] = _ANYWHERE
    if row.role is None:
        operation["security"] = []
    else:
        statuses += _BEHIND_THE_KEY
        operation["description"] = _with_role(operation.get("description", ""), row)
    if "requestBody" in operation:
        statuses += _WITH_A_BODY
    if "{namespace}" in row.path:
        statuses += (404,)
    operation["responses"] = responses | {
        status: response
        for status, response in _refusals(*sorted(statuses)).items()
        if status not in responses
    }


def _with_role(description: str, row: Access) -> str:
    where = " of the whole installation" if row.reach is Reach.INSTALLATION else ""
    said = f"Needs the role `{row.role}`{where}."
    return f"{description}\n\n{said}" if description else said


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
                | {"text/event-stream": {"schema": _stream_event()}},
            },
            **_refusals(*_CHAT_REFUSALS),
        },
    }


def _stream_event() -> dict[str, Any]:
    """One server-sent event. Its data is JSON, or the end mark; a last event tells the cost."""
    payload = [{"$ref": _TEMPLATE.format(model=model)} for model in ("ChatChunk", "ErrorEnvelope")]
    cost = {"type": "object", "required": ["cost_usd"], "title": "ChatCost"}
    as_json = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"anyOf": [*payload, cost]},
    }
    return {
        "type": "object",
        "required": ["data"],
        "properties": {
            "event": {"type": "string", "description": f"`{COST_EVENT}`, or absent."},
            "data": {"anyOf": [{"const": "[DONE]"}, as_json]},
        },
    }


def _refusals(*statuses: int) -> dict[str, Any]:
    return {
        str(status): {
            "description": response["description"],
            "content": _json("ErrorEnvelope"),
        }
        for status, response in error_responses(*statuses).items()
    }


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _TEMPLATE.format(model=model)}}}
