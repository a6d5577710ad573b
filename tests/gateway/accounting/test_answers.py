"""What the end of an answer tells: tokens, model, and whether it is whole."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.accounting.answers import (
    TAIL_BYTES,
    AnswerFacts,
    Tail,
    facts_of_body,
    facts_of_stream,
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
