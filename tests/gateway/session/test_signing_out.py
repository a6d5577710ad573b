"""Signing out of two gateways that share a real store: copied cookies are good nowhere any more."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, cast

import httpx
import pytest

from quarterdeck_contract.names import key_hash
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from support.declared import PEPPER
from support.redis_servers import RedisServer, running
from support.whole_gateway import INSTALLATION, WholeGateway, key_of, whole_gateway

SESSION: Final = "/api/v1/session"
WHOAMI: Final = "/api/v1/whoami"
OURS: Final = {"origin": "http://gateway"}
USER: Final = key_of("team-a", Role.USER)
EDITOR: Final = key_of("team-a", Role.EDITOR)
Pair = tuple[WholeGateway, WholeGateway]


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running() as server:
        yield server


@pytest.fixture
async def pair(tmp_path: Path, redis: RedisServer) -> AsyncIterator[Pair]:
    """Two replicas; each has a database of its own, which sessions do not need."""
    async with AsyncExitStack() as stack:
        gateways = list[WholeGateway]()
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            opened = whole_gateway(folder, redis.url, redis_prefix="shared")
            gateways.append(await stack.enter_async_context(opened))
        one, two = gateways
        # Both watch one cluster, where each ApiKey has one uid.
        for manifest in one.writer.objects.values():
            cast("EventCatalogue", two.services.catalogue).observe("MODIFIED", manifest)
        yield one, two


async def sign_in(gateway: WholeGateway, key: str) -> dict[str, str]:
    """The header with the session's cookie."""
    answer = await gateway.http.post(SESSION, json={"key": key})
    assert answer.status_code == 200
    gateway.http.cookies.clear()
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


async def sign_out(gateway: WholeGateway, cookie: dict[str, str], **query: Any) -> httpx.Response:
    answer = await gateway.http.delete(SESSION, headers=cookie | OURS, params=query)
    gateway.http.cookies.clear()
    return answer


async def good_at(pair: Pair, cookie: dict[str, str]) -> list[bool]:
    """At which of the two the cookie is good; a refusal says why."""
    found = list[bool]()
    for gateway in pair:
        answer = await gateway.http.get(WHOAMI, headers=cookie)
        gateway.http.cookies.clear()
        assert answer.is_success or answer.json()["error"]["code"] == "session_ended"
        found.append(answer.is_success)
    return found


async def test_a_copied_cookie_ends_with_its_session_everywhere(pair: Pair) -> None:
    one, two = pair
    mine, other = await sign_in(one, USER), await sign_in(one, USER)
    assert mine != other
    assert await good_at(pair, mine) == [True, True]
    gone = await sign_out(two, mine)
    assert (gone.status_code, "Max-Age=0" in gone.headers["set-cookie"]) == (204, True)
    assert await good_at(pair, mine) == [False, False]
    assert await good_at(pair, other) == [True, True]
    asked = await one.http.get(SESSION, headers=mine)
    assert (asked.status_code, "Max-Age=0" in asked.headers["set-cookie"]) == (401, True)
    assert (await sign_out(one, mine)).status_code == 204, "once more is no mistake"
    key = await one.ask("GET", WHOAMI, USER)
    assert key.status_code == 200, "the key itself is as good as before"


async def test_all_sessions_of_a_key_and_no_others(pair: Pair) -> None:
    one, two = pair
    mine = [await sign_in(gateway, USER) for gateway in (one, two, one)]
    others = [await sign_in(one, key) for key in (EDITOR, INSTALLATION)]
    assert (await sign_out(one, mine[1], all="true")).status_code == 204
    for cookie in mine:
        assert await good_at(pair, cookie) == [False, False]
    for cookie in (*others, await sign_in(two, USER)):
        assert await good_at(pair, cookie) == [True, True]
    trail = await one.ask("GET", "/api/v1/audit", INSTALLATION)
    (ended,) = [each for each in trail.json()["items"] if each["action"] == "session.ended"]
    assert (ended["actor"], ended["detail"]) == ("team-a/user", {"all": True})


async def test_sessions_of_a_key_that_is_rotated_meanwhile_end_too(pair: Pair) -> None:
    one, _ = pair
    mine = await sign_in(one, USER)
    key = "ApiKey", "team-a", "user"
    old, new = (key_hash(PEPPER.encode(), secret) for secret in (USER, "qd_new"))
    await one.writer.patch_spec(*key, {"hash": new, "revision": 2})
    entry = {"hash": old, "revision": 1, "createdAt": "2026-01-01T00:00:00Z"}
    keys = [entry | {"notAfter": "2100-01-01T00:00:00Z"}]
    await one.writer.report(*key, {"keys": keys}, manager="x")
    assert await good_at((one, one), mine) == [True, True]
    assert (await sign_out(one, await sign_in(one, "qd_new"), all="true")).status_code == 204
    assert await good_at((one, one), mine) == [False, False]


async def test_everywhere_is_refused_when_nobody_knows_whose(pair: Pair) -> None:
    one, _ = pair
    mine = await sign_in(one, USER)
    await sign_out(one, mine)
    for cookie, code in ((mine, "session_ended"), ({}, "invalid_api_key")):
        answer = await sign_out(one, cookie, all="true")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
    evil = {"origin": "http://evil.example"}
    fresh = await sign_in(one, USER)
    answer = await one.http.delete(SESSION, headers=fresh | evil, params={"all": "true"})
    assert answer.status_code == 403
    assert (await sign_out(one, fresh, all="perhaps")).status_code == 422
    assert await good_at((one, one), fresh) == [True, True]


async def test_while_the_store_is_away(pair: Pair, redis: RedisServer) -> None:
    one, two = pair
    mine, other = await sign_in(one, USER), await sign_in(one, EDITOR)
    redis.kill()
    refused = await sign_out(one, other, all="true")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "set-cookie" not in refused.headers
    assert await good_at(pair, other) == [True, True], "people can look what is wrong"
    assert (await sign_out(one, mine)).status_code == 204
    assert await good_at(pair, mine) == [False, True]
    redis.start()
    for _ in range(100):
        if await good_at(pair, mine) == [False, False]:
            break
    assert await good_at(pair, mine) == [False, False]
    assert (await sign_out(two, other, all="true")).status_code == 204
