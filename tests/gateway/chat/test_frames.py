"""Whole events only, and nothing lost: for every way in which a network can cut a stream."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.chat.frames import Frames, error_event

EVENTS = st.lists(
    st.tuples(
        st.binary(min_size=1, max_size=30).filter(
            lambda raw: b"\n" not in raw and b"\r" not in raw
        ),
        st.sampled_from([b"\n\n", b"\r\n\r\n"]),
    ),
    max_size=8,
)


@given(EVENTS, st.lists(st.integers(0, 300)), st.binary(max_size=10))
def test_any_cutting_gives_the_same_events(
    events: list[tuple[bytes, bytes]], cuts: list[int], half: bytes
) -> None:
    """Every prefix given on ends at an event's end; the half event behind the last is held."""
    half = half.replace(b"\n", b"").replace(b"\r", b"")
    ends = [0]
    for payload, mark in events:
        ends.append(ends[-1] + len(payload) + len(mark))
    whole = b"".join(payload + mark for payload, mark in events)
    stream = whole + half
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    frames, given_on = Frames(), b""
    for start, end in pairwise(places):
        given_on += frames.feed(stream[start:end])
        assert len(given_on) in ends
        assert whole.startswith(given_on)
    assert given_on == whole
    assert frames.finish() in (b"", half.strip() + b"\n\n")


def test_a_whole_event_is_passed_on_as_it_is() -> None:
    piece = b'data: {"a": 1}\n\n'
    assert Frames().feed(piece) is piece


def test_an_end_marker_without_a_blank_line_still_counts() -> None:
    frames = Frames()
    assert frames.feed(b"data: 1\n\ndata: [DONE]\n") == b"data: 1\n\n"
    assert frames.finish() == b"data: [DONE]\n\n"


def test_half_an_event_is_never_given_on() -> None:
    frames = Frames()
    assert frames.feed(b'data: {"a"') == b""
    assert frames.finish() == b""


def test_an_event_without_end_does_not_fill_the_memory() -> None:
    frames, given_on = Frames(), 0
    for _ in range(20):
        given_on += len(frames.feed(b"x" * 64 * 1024))
    assert given_on >= 1024 * 1024


def test_an_error_event() -> None:
    assert error_event({"error": {"code": "x"}}) == b'data: {"error":{"code":"x"}}\n\n'
