"""From the bytes of a request to a typed one, or to the refusal that names the field.

The bytes are kept: they, and not our reading of them, are what the worker gets.
"""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.types import Receive

from quarterdeck_contract.wire.chat import ChatRequest
from quarterdeck_gateway.errors import ClientGone, InvalidJson, InvalidRequest

_ROOT: Final = "The request body"


@dataclass(frozen=True)
class Chat:
    """One chat as it came in."""

    request_id: str
    body: bytes
    request: ChatRequest


async def read_body(receive: Receive) -> bytes:
    """The whole body; raises ClientGone when the client leaves before its end."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def parse(body: bytes) -> ChatRequest:
    """The request; raises InvalidJson, or InvalidRequest for the first wrong field."""
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError as exc:
        raise _refusal(dict(exc.errors(include_url=False, include_input=False)[0])) from exc


def _refusal(error: dict[str, Any]) -> InvalidJson | InvalidRequest:
    if error["type"] == "json_invalid":
        return InvalidJson(f"{_ROOT} is not JSON: {error['ctx']['error']}.")
    path = field_path(error["loc"])
    said = "is required" if error["type"] == "missing" else f"is wrong: {error['msg']}"
    return InvalidRequest(f"{path or _ROOT} {said}.", param=path or None)


def field_path(location: tuple[int | str, ...]) -> str:
    """``messages[0].content``; the parts that only name a member of a union are left out."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part.isidentifier() and part != "str":
            path += f".{part}" if path else part
    return path
