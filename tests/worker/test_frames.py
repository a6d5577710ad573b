"""The hand-made bytes are what the contract's models and JSON say they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.wire.chat import ChatChunk, ChatCompletion
from quarterdeck_worker.frames import ChunkFrames, completion
from quarterdeck_worker.runs import RunResult, ServedBy

RESULT = RunResult("Hé\n", "length", ServedBy("primary"), input_tokens=3, output_tokens=2)


def parse(frame: bytes) -> ChatChunk:
    assert frame.startswith(b"data: ")
    assert frame.endswith(b"\n\n")
    assert frame.count(b"\n") == 2, "one event, one line of data"
    return ChatChunk.model_validate_json(frame.removeprefix(b"data: "), extra="forbid")


@given(st.text(min_size=1))
def test_any_text_survives(piece: str) -> None:
    chunk = parse(ChunkFrames("id-1", 7, "primary").text(piece))

    assert chunk.choices[0].delta.content == piece
    assert (chunk.id, chunk.created, chunk.model) == ("id-1", 7, "primary")


def test_first_and_last_frames() -> None:
    frames = ChunkFrames("id-1", 7, "primary")

    assert parse(frames.role()).choices[0].delta.role == "assistant"
    assert parse(frames.finish("length")).choices[0].finish_reason == "length"
    last = parse(frames.usage(RESULT))
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.total_tokens == 5


def test_whole_answer() -> None:
    answer = ChatCompletion.model_validate_json(completion("id-1", 7, RESULT), extra="forbid")

    assert answer.choices[0].message.content == "Hé\n"
    assert answer.choices[0].finish_reason == "length"
    assert answer.model == "primary"
    assert answer.usage.model_dump() == {
        "prompt_tokens": 3,
        "completion_tokens": 2,
        "total_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


@pytest.mark.parametrize("name", ['with "quotes"', "naïve", "a\nb"])
def test_model_names_are_escaped(name: str) -> None:
    assert json.loads(ChunkFrames("i", 1, name).text("x")[6:])["model"] == name
