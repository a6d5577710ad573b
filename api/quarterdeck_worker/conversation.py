"""Reads a chat request: what the agent is asked, or which field is wrong.

Clients may send system and developer messages anywhere; they become instructions after the agent's
own, so that the agent's author has the first word. Parameters that would change the answer and that
we cannot honour are refused rather than ignored; those that cannot (``store``, ``metadata``,
``user``) are accepted.
"""

from collections.abc import Callable
from typing import Any, Final

import orjson
from pydantic import ValidationError

from quarterdeck_contract.wire.chat import ChatRequest, Message, parameters
from quarterdeck_worker.errors import BadRequest, MalformedBody
from quarterdeck_worker.runs import RunOrder, Turn

_INSTRUCTING: Final = ("system", "developer")


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "text"


_NEUTRAL: Final[dict[str, Callable[[Any], bool]]] = {
    "tools": lambda value: value == [],
    "tool_choice": lambda value: value in ("none", "auto"),
    "functions": lambda value: value == [],
    "function_call": lambda value: value in ("none", "auto"),
    "response_format": _is_text,
    "logprobs": lambda value: value is False,
    "top_logprobs": lambda value: value == 0,
    "frequency_penalty": lambda value: value == 0,
    "presence_penalty": lambda value: value == 0,
    "logit_bias": lambda value: value == {},
    "modalities": lambda value: value == ["text"],
    "audio": lambda value: False,
    "prediction": lambda value: False,
    "web_search_options": lambda value: False,
}
"""Parameters that we cannot honour, each with the values that ask for nothing."""


def parse(body: bytes) -> ChatRequest:
    """Raises BadRequest that names the field, like ``messages[0].role``."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise MalformedBody(f"the request body is not JSON: {exc}") from exc
    try:
        return ChatRequest.model_validate(document)
    except ValidationError as exc:
        # A union reports an error for each of its arms; the first one is of the plainest.
        first = exc.errors(include_url=False, include_context=False)[0]
        param = _path(first["loc"])
        raise BadRequest(
            f"{param}: {first['msg']}" if param else first["msg"], param=param
        ) from exc


def order(request: ChatRequest, model: str | None = None) -> RunOrder:
    """What to run, by ``model`` if one was named.

    Raises BadRequest where the request asks for what an agent cannot do.
    """
    _refuse_unsupported(request)
    texts = [(message, _text(index, message)) for index, message in enumerate(request.messages)]
    turns = tuple(
        Turn("user" if message.role == "user" else "assistant", text)
        for message, text in texts
        if message.role not in _INSTRUCTING and (text or message.role == "user")
    )
    last = f"messages[{len(request.messages) - 1}].role"
    if not turns or turns[-1].role != "user":
        raise BadRequest("the conversation must end with a message of role user", param=last)
    return RunOrder(
        turns=turns,
        instructions=tuple(t for message, t in texts if message.role in _INSTRUCTING and t),
        parameters=parameters(request),
        stream=request.stream,
        model=model,
    )


def _refuse_unsupported(request: ChatRequest) -> None:
    for name, value in (request.model_extra or {}).items():
        is_neutral = _NEUTRAL.get(name)
        if value is not None and is_neutral is not None and not is_neutral(value):
            raise BadRequest(f"{name} is not supported by agents: remove it", param=name)


def _text(index: int, message: Message) -> str:
    where = f"messages[{index}]"
    if message.role == "tool" or (message.model_extra or {}).get("tool_calls"):
        raise BadRequest("agents run their own tools: send only text turns", param=f"{where}.role")
    if isinstance(message.content, list):
        for position, part in enumerate(message.content):
            if part.type != "text" or part.text is None:
                raise BadRequest(
                    f"content of type {part.type} is not supported: send text",
                    param=f"{where}.content[{position}].type",
                )
    elif message.content is None and message.role != "assistant":
        raise BadRequest("content is required", param=f"{where}.content")
    return message.text()


def _path(location: tuple[int | str, ...]) -> str | None:
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part.isidentifier():
            path += f".{part}" if path else part
    return path or None
