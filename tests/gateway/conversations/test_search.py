"""Search looks into what is encrypted, through a bounded part at a time."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from quarterdeck_gateway.conversations import search as search_module
from quarterdeck_gateway.conversations.search import Body, batches, slices
from quarterdeck_gateway.conversations.store import StoredConversation
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.queries import room as room_module
from quarterdeck_gateway.queries.room import Room
from support.conversations import Desk, desk_over


async def test_titles_and_contents_without_regard_to_case(desk: Desk) -> None:
    await desk.begin("About whales", "They sing.")
    await desk.begin("About trains", "They STRASSE whistle.")
    await desk.begin(title="Whale watching")
    assert await desk.listed(search="WHALE") == ["Whale watching", "About whales"]
    assert await desk.listed(search=" whistle ") == ["About trains"]
    assert await desk.listed(search="straße") == ["About trains"]
    assert await desk.listed(search="%") == []
    assert await desk.listed(search="  ") == ["Whale watching", "About trains", "About whales"]


async def walked(desk: Desk, words: str, limit: int) -> tuple[list[str], int]:
    """All titles found by following the cursors, and how many pages that took."""
    found, pages, cursor = list[str](), 0, ""
    while True:
        query = {"search": words, "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = (await desk.ask("GET", params=query)).json()
        found += [item["title"] for item in page["items"]]
        pages += 1
        cursor = page["next_cursor"]
        if cursor is None:
            return found, pages


async def test_following_the_cursor_finds_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        await desk.begin(f"n{number}", "odd" if number % 2 else "even")
    odd = [f"n{number}" for number in range(11, 0, -2)]
    assert (await walked(desk, "odd", 100))[0] == odd
    assert (await walked(desk, "odd", 1))[0] == odd
    assert await walked(desk, "nowhere", 100) == ([], 1)
    monkeypatch.setattr(search_module, "MOST_CONVERSATIONS", 5)
    assert await walked(desk, "odd", 100) == (odd, 3)
    assert await walked(desk, "nowhere", 100) == ([], 3)


async def test_long_conversations_are_bounded_by_their_bytes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "MOST_BYTES", 1500)
    monkeypatch.setattr(search_module, "BATCH_BYTES", 500)
    for number in range(6):
        await desk.begin(f"n{number}", "x" * 700 + "needle")
    found, pages = await walked(desk, "needle", 100)
    assert found == [f"n{number}" for number in range(5, -1, -1)]
    assert pages >= 2


async def test_few_search_at_once_and_nobody_waits_for_long(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "PATIENCE_SECONDS", 0.05)
    await desk.begin("needle")
    room = Room(2, "Too many searches are running")
    monkeypatch.setattr(search_module, "Room", lambda places, reason: room)
    async with desk_over(database) as other, AsyncExitStack() as searching:
        for _ in range(search_module.MOST_AT_ONCE):
            await searching.enter_async_context(room.enter())
        refused = await other.ask("GET", params={"search": "needle"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "searches" in refused.json()["error"]["message"]
        assert await other.listed() == ["needle"], "lists go on"
        await searching.aclose()
        assert await other.listed(search="needle") == ["needle"]


async def test_a_place_is_given_back_by_whoever_leaves() -> None:
    room = Room(1, "Full")
    for _ in range(2):
        with pytest.raises(RuntimeError):
            async with room.enter():
                raise RuntimeError
    async with asyncio.timeout(60), room.enter():
        pass


def test_slices_are_opened_in_one_go() -> None:
    def body(size: int) -> Body:
        return "i", 0, bytes(size), "k"

    most = search_module.SLICE_BYTES
    sizes = [[len(each[2]) for each in some] for some in slices([body(most + 1), body(1), body(2)])]
    assert sizes == [[most + 1], [1, 2]]
    assert list(slices([])) == []


def test_batches_fit_into_memory() -> None:
    def row(size: int) -> StoredConversation:
        return StoredConversation("i", "o", "a", b"", False, "k", 1, size, 0, 0, 0)

    million = 1_000_000
    sizes = [
        [each.bytes for each in batch]
        for batch in batches([row(n) for n in (5 * million, 1, 2, million, million * 2)])
    ]
    assert sizes == [[5 * million], [1, 2, million], [2 * million]]
    assert [len(batch) for batch in batches([row(0)] * 120)] == [50, 50, 20]
    assert list(batches([])) == []
