"""Tokens as OpenAI's newer models count them, and never for long."""

import pytest

from quarterdeck_gateway.chat import counting
from quarterdeck_gateway.chat.counting import SLICE, count, count_all


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("hello world", 2), ("naïve café", 4), ("<|endoftext|>", 7), ("\ud800", 1)],
)
async def test_short_texts(text: str, tokens: int) -> None:
    assert count(text) == tokens
    assert await count_all(text) == tokens


async def test_long_texts_are_counted_slice_by_slice() -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 20_000
    exact = await count_all(text)
    assert exact == pytest.approx(200_001, rel=0.001)
    assert count(text) == pytest.approx(exact, rel=0.01)


def test_a_cheap_beginning_does_not_hide_a_dear_end() -> None:
    cheap, dear = "a" * SLICE, "\U0001f9e0\u4e2d" * SLICE
    assert count(cheap + dear) > count(dear[:SLICE])


def test_what_is_counted_at_once_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    exact = counting._exact

    def noted(text: str) -> int:
        seen.append(len(text))
        return exact(text)

    monkeypatch.setattr(counting, "_exact", noted)
    text = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(4 * 1024 * 1024))
    assert count(text) > 0
    assert 0 < sum(seen) <= SLICE
