"""What a chat may use at most, and what the dearest model that may answer would charge for it."""

from typing import Any

import pytest

from quarterdeck_contract.wire.chat import ChatRequest
from quarterdeck_gateway.accounting.prices import CataloguePricer
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.chat.estimate import (
    ATTACHMENT_TOKENS,
    INSTALMENT,
    estimate,
    output_bound,
    overhead_tokens,
    prompt_text,
)
from quarterdeck_gateway.chat.profile import Profiles, profile_of
from support import declared
from support.running_gateway import agent


def request(*messages: Any, **fields: Any) -> ChatRequest:
    given = messages or ({"role": "user", "content": "hello"},)
    return ChatRequest.model_validate({"model": "demo", "messages": list(given), **fields})


def spec(**changes: Any) -> dict[str, Any]:
    return {"spec": {"instructions": "Be brief.", "model": "small"} | changes}


def test_the_text_of_a_prompt() -> None:
    parts = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "x"}}]
    asked = request({"role": "system", "content": "be kind"}, {"role": "user", "content": parts})
    assert prompt_text(asked) == "be kind\nlook"
    assert overhead_tokens(asked) == 12 + ATTACHMENT_TOKENS


def test_tools_are_read_by_the_model_too() -> None:
    called = {"role": "assistant", "content": None, "tool_calls": [{"id": "7"}]}
    text = prompt_text(request(called, tools=[{"type": "function"}], user="me"))
    assert "tool_calls" in text
    assert '"function"' in text
    assert "me" not in text.split()


@pytest.mark.parametrize(
    ("fields", "limit", "defaults", "bound"),
    [
        ({}, None, [], None),
        ({}, None, [None], None),
        ({}, None, [100], 100),
        ({}, None, [100, 300], 300),
        ({}, None, [100, None], None),
        ({"max_tokens": 50}, None, [100], 50),
        ({"max_tokens": 500}, None, [100], 500),
        ({"max_completion_tokens": 40, "max_tokens": 50}, None, [], 40),
        ({"max_tokens": 5000}, 1000, [], 1000),
        ({}, 1000, [None], 1000),
        ({}, 1000, [100], 100),
    ],
)
def test_the_bound_of_an_answer(
    fields: Any, limit: int | None, defaults: list[int | None], bound: int | None
) -> None:
    profile = profile_of(spec(limits={"tokens": limit}))
    assert output_bound(request(**fields), profile, defaults) == bound


def test_the_dearest_model_counts() -> None:
    catalogue = EventCatalogue(synced=True)
    catalogue.observe("ADDED", declared.model("small", 1, 2))
    catalogue.observe("ADDED", declared.model("large", 10, 20, parameters={"maxTokens": 50}))
    profile = profile_of(spec(modelFallbacks=["large"]))
    pricer = CataloguePricer(catalogue)
    asked = request(max_tokens=100)

    both = estimate(asked, profile, "default", profile.models, 1000, catalogue, pricer)
    assert (both.tokens, both.micro_usd) == (1100, 10_000 + 2_000)
    one = estimate(asked, profile, "default", ["small"], 1000, catalogue, pricer)
    assert one.micro_usd == 1_000 + 200
    assert (both.bounded, one.bounded) == (True, True)
    free = estimate(request(), profile, "default", ["small"], 1000, catalogue, pricer)
    assert (free.output_tokens, free.bounded) == (INSTALMENT, False)
    unknown = estimate(asked, profile, "default", [], 1000, catalogue, pricer)
    assert (unknown.tokens, unknown.micro_usd) == (1100, 0)


def test_a_profile_is_read_once_per_manifest() -> None:
    profiles = Profiles()
    entry = agent("demo", "http://w")
    first = profiles.of(entry)
    assert (first.models, first.instruction_tokens) == (("demo",), 3)
    assert profiles.of(entry) is first
    labels = {"labels": {"quarterdeck.dev/team": "sales"}}
    runtime = {"runtime": {"endpoint": "http://x"}}
    changed = agent("demo", "http://w", manifest={"metadata": labels, "spec": runtime})
    second = profiles.of(changed)
    assert (second.models, second.team, second.external) == ((), "sales", True)
    assert second.instruction_tokens == 0
