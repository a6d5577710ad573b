"""Lines survive any way of cutting the stream into chunks."""

from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_kube.streaming import lines


async def chunks_of(content: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    for size in sizes:
        yield content[:size]
        content = content[size:]
    yield content


@given(
    st.lists(st.binary(max_size=5).filter(lambda line: b"\n" not in line), max_size=6),
    st.lists(st.integers(0, 7), max_size=12),
)
async def test_any_chunking_gives_the_same_lines(content: list[bytes], sizes: list[int]) -> None:
    stream = chunks_of(b"".join(line + b"\n" for line in content), sizes)

    assert [line async for line in lines(stream)] == content


async def test_a_last_line_without_newline_is_kept() -> None:
    assert [line async for line in lines(chunks_of(b"a\nb", [1]))] == [b"a", b"b"]
