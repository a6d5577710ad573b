import pytest
from pydantic import ValidationError

from quarterdeck_contract.wire.chat import ChatRequest, Message, parameters


def _request(**fields: object) -> ChatRequest:
    return ChatRequest.model_validate(
        {"model": "demo", "messages": [{"role": "user", "content": "hi"}]} | fields
    )


def test_unknown_fields_are_kept_for_the_next_hop() -> None:
    assert _request(service_tier="flex").model_dump()["service_tier"] == "flex"


def test_parameters_take_the_newer_name_of_the_token_limit() -> None:
    request = _request(max_tokens=5, max_completion_tokens=7, stop="END", temperature=0)
    assert parameters(request) == {"max_tokens": 7, "stop": ["END"], "temperature": 0}


def test_text_of_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}]
    assert Message.model_validate({"role": "user", "content": parts}).text() == "ab"


@pytest.mark.parametrize(
    "fields", [{"messages": []}, {"model": ""}, {"n": 2}, {"temperature": 9}, {"max_tokens": 0}]
)
def test_impossible_requests_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _request(**fields)
