"""Requests become orders; what cannot be honoured is refused with its field's path."""

from typing import Any

import orjson
import pytest

from quarterdeck_worker import conversation
from quarterdeck_worker.errors import BadRequest
from quarterdeck_worker.runs import RunOrder, Turn


def read(*messages: dict[str, Any], **more: Any) -> RunOrder:
    body = orjson.dumps({"model": "a", "messages": messages} | more)
    return conversation.order(conversation.parse(body))


def user(content: Any = "Hi") -> dict[str, Any]:
    return {"role": "user", "content": content}


def test_turns_keep_their_order_and_instructions_stand_apart() -> None:
    order = read(
        {"role": "system", "content": "Be short."},
        user("One"),
        {"role": "assistant", "content": "Two"},
        {
            "role": "developer",
            "content": [{"type": "text", "text": "Be "}, {"type": "text", "text": "kind."}],
        },
        user("Three"),
    )

    assert order.turns == (Turn("user", "One"), Turn("assistant", "Two"), Turn("user", "Three"))
    assert order.instructions == ("Be short.", "Be kind.")


def test_parameters_are_those_that_were_set() -> None:
    order = read(user(), temperature=0, max_completion_tokens=9, stop="x", stream=True)

    assert order.parameters == {"temperature": 0, "max_tokens": 9, "stop": ["x"]}
    assert order.stream


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"{", 400, None),
        (b"[]", 422, None),
        (b'{"messages": [{"role": "user", "content": "x"}]}', 422, "model"),
        (b'{"model": "a", "messages": []}', 422, "messages"),
        (b'{"model": "a", "messages": [{"role": "robot"}]}', 422, "messages[0].role"),
        (b'{"model": "a", "messages": [{"role": "user"}], "max_tokens": 0}', 422, "max_tokens"),
    ],
)
def test_malformed_requests_name_the_field(body: bytes, status: int, param: str | None) -> None:
    with pytest.raises(BadRequest) as caught:
        conversation.parse(body)

    assert (caught.value.http_status, caught.value.param) == (status, param)


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([user(), {"role": "assistant", "content": "Hello"}], "messages[1].role"),
        ([{"role": "system", "content": "Only me"}], "messages[0].role"),
        ([{"role": "tool", "content": "42"}, user()], "messages[0].role"),
        ([{"role": "assistant", "tool_calls": [{"id": "1"}]}, user()], "messages[0].role"),
        ([{"role": "user"}], "messages[0].content"),
        (
            [user([{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {}}])],
            "messages[0].content[1].type",
        ),
    ],
)
def test_conversations_that_agents_cannot_have(messages: list[dict[str, Any]], param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read(*messages)

    assert caught.value.param == param


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tools", [{"type": "function"}]),
        ("response_format", {"type": "json_object"}),
        ("logprobs", True),
        ("presence_penalty", 0.5),
        ("modalities", ["text", "audio"]),
        ("audio", {"voice": "x"}),
    ],
)
def test_parameters_that_would_change_the_answer_are_refused(name: str, value: Any) -> None:
    with pytest.raises(BadRequest, match="not supported") as caught:
        read(user(), **{name: value})

    assert caught.value.param == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tools", []),
        ("tools", None),
        ("response_format", {"type": "text"}),
        ("presence_penalty", 0),
        ("metadata", {"team": "a"}),
        ("store", True),
        ("user", "u1"),
    ],
)
def test_neutral_and_harmless_parameters_are_accepted(name: str, value: Any) -> None:
    assert read(user(), **{name: value}) == read(user())
