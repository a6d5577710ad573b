"""What the end of an answer tells: tokens, model, and whether it is whole."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.accounting.answers import (
    MOST_TOKENS,
    TAIL_BYTES,
    AnswerFacts,
    Tail,
    facts_of_body,
    facts_of_stream,
    text_of_fragment,
)
from support.fake_worker import MODEL, chunk, completion, event, usage_chunk

DONE = b"data: [DONE]\n\n"
WHOLE = AnswerFacts(done=True, model=MODEL, input_tokens=7, output_tokens=3)


def test_a_whole_stream() -> None:
    assert facts_of_stream(event(chunk("x")) + event(usage_chunk(3)) + DONE) == WHOLE


def test_usage_that_other_servers_send_with_every_chunk() -> None:
    early = orjson.dumps(usage_chunk(1) | {"choices": [{"delta": {}}]})
    null = orjson.dumps(chunk("x") | {"usage": None})
    stream = b"data:%b\r\n\r\ndata: %b\r\n\r\ndata: [DONE]\r\n\r\n" % (early, null)
    facts = facts_of_stream(stream)
    assert (facts.done, facts.output_tokens) == (True, 1)


def test_text_that_speaks_of_usage_is_not_usage() -> None:
    said = event(chunk('my "usage" is {"usage": 5}, data: [DONE]'))
    assert facts_of_stream(said) == AnswerFacts()


def test_a_broken_stream() -> None:
    assert facts_of_stream(event(chunk("x")) + b'data: {"usage": {"prom') == AnswerFacts()


def test_an_error_that_the_worker_reports() -> None:
    facts = facts_of_stream(event(chunk("x")) + event({"error": {"message": "boom"}}))
    assert (facts.done, facts.failed) == (False, True)


def test_nonsense_counts_are_not_counted() -> None:
    odd = {"usage": {"prompt_tokens": -1, "completion_tokens": "many"}, "model": 5}
    assert facts_of_stream(event(odd) + DONE) == AnswerFacts(done=True)
    assert facts_of_body(orjson.dumps(odd)) == AnswerFacts(done=True)


@pytest.mark.parametrize("value", [True, False, 7.0, "7", None, [7]])
def test_only_whole_numbers_are_counts(value: object) -> None:
    details = {"cached_tokens": value}
    usage = {"prompt_tokens": value, "completion_tokens": 5, "prompt_tokens_details": details}
    facts = facts_of_body(orjson.dumps({"usage": usage}))
    assert (facts.input_tokens, facts.output_tokens, facts.cached_tokens) == (None, 5, None)


def test_counts_are_bounded() -> None:
    """By what every counter behind them can hold."""
    most = 2**64 - 1
    usage = {
        "prompt_tokens": most,
        "completion_tokens": most,
        "prompt_tokens_details": {"cached_tokens": most},
    }
    facts = facts_of_body(orjson.dumps({"usage": usage}))
    counts = (facts.input_tokens, facts.output_tokens, facts.cached_tokens)
    assert counts == (MOST_TOKENS, MOST_TOKENS, MOST_TOKENS)


@given(st.text(), st.integers(min_value=0))
def test_the_text_of_an_answer_that_broke_off(text: str, cut: int) -> None:
    message = {"role": "assistant", "content": text}
    body = orjson.dumps({"choices": [{"message": message}]})
    assert text_of_fragment(body) == text
    begun = orjson.dumps(text)[: cut % (len(text.encode()) + 1)].rstrip(b"\\")
    assert len(text_of_fragment(b'{"content": ' + begun)) <= 2 * len(text.encode())


def test_a_fragment_is_only_what_a_model_wrote() -> None:
    assert text_of_fragment(b'{"id": "x", "content": "one \\"two\\" thr') == 'one "two" thr'
    assert text_of_fragment(b'{"content": "one \\u00') == "one \\u00"
    assert text_of_fragment(b'{"id": "x", "role": "assista') == ""


def test_a_body() -> None:
    assert facts_of_body(orjson.dumps(completion(3))) == WHOLE
    assert facts_of_body(b"no json") == AnswerFacts(done=True)
    assert facts_of_body(b'{"error": {}}').failed


@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=60))
def test_the_tail_is_the_end_of_the_stream(pieces: list[bytes]) -> None:
    """As much of the end as is wanted, and never much more than that."""
    tail = Tail()
    for piece in pieces:
        tail.add(piece)
    stream, kept = b"".join(pieces), b"".join(tail._pieces)
    assert stream.endswith(kept)
    assert len(kept) >= min(len(stream), TAIL_BYTES)
    assert len(kept) < TAIL_BYTES + 3000


def test_usage_is_found_behind_a_long_answer() -> None:
    tail = Tail()
    for _ in range(500):
        tail.add(event(chunk("x" * 200)))
    tail.add(event(usage_chunk(3)))
    tail.add(DONE)
    assert tail.facts() == WHOLE


def test_an_empty_tail() -> None:
    assert Tail().facts() == AnswerFacts()
