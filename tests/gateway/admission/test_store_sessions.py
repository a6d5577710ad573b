"""Ended sessions, as every admission store remembers them."""

import asyncio
import time

import pytest

from quarterdeck_gateway.admission.port import (
    ENDS_OF_ONE_OWNER,
    AdmissionStore,
    SessionEnd,
    SessionRef,
)

NOW = time.time()
HOUR = 3600.0
LATER = NOW + 12 * HOUR
"""Later than any test of a long run."""


def session(name: str = "a", owner: str = "apikey:1", began_at: float = NOW) -> SessionRef:
    return SessionRef(owner, name, began_at, LATER)


def end(session: SessionRef) -> SessionEnd:
    return SessionEnd(session.owner, session.id, NOW, session.ends_at)


def all_of(owner: str, at: float, until: float = LATER) -> SessionEnd:
    return SessionEnd(owner, None, at, until)


async def test_one_is_ended_and_others_go_on(store: AdmissionStore) -> None:
    assert not await store.session_ended(session())
    await store.end_sessions([end(session())])
    await store.end_sessions([end(session())])
    assert await store.session_ended(session())
    assert not await store.session_ended(session("b"))
    assert not await store.session_ended(session("a", owner="apikey:2"))


async def test_all_that_began_before_a_moment(store: AdmissionStore) -> None:
    later = session("b", began_at=NOW + 0.001)
    await store.end_sessions([all_of("apikey:1", NOW)])
    assert await store.session_ended(session())
    assert not await store.session_ended(later)
    assert not await store.session_ended(session(owner="apikey:2"))
    await store.end_sessions([all_of("apikey:1", NOW - 60)])
    assert await store.session_ended(session()), "an older moment brings none back"
    await store.end_sessions([end(later), all_of("apikey:1", NOW - 60)])
    assert await store.session_ended(session())


async def test_several_owners_at_once(store: AdmissionStore) -> None:
    each = [session(owner=f"apikey:{n}") for n in range(250)]
    await store.end_sessions([end(one) for one in each])
    assert all(await asyncio.gather(*map(store.session_ended, each)))
    assert not await store.session_ended(session(owner="apikey:x"))


async def test_one_owner_cannot_fill_it(store: AdmissionStore) -> None:
    known = [session(f"s{n}") for n in range(ENDS_OF_ONE_OWNER)]
    await store.end_sessions([end(one) for one in known])
    await store.end_sessions([end(known[0])])
    assert not await store.session_ended(session("innocent"))
    await store.end_sessions([end(session("one more"))])
    for each in (*known, session("one more"), session("innocent")):
        assert await store.session_ended(each)
    assert not await store.session_ended(session("later", began_at=time.time() + 60))


@pytest.mark.parametrize("store_server", ["valkey"], indirect=True)
async def test_nothing_is_kept_for_longer_than_a_session_lasts(
    store: AdmissionStore, store_server: object
) -> None:
    command = store_server.command  # type: ignore[attr-defined]
    for owner, until in (("short", NOW + HOUR), ("both", NOW + HOUR), ("both", LATER)):
        await store.end_sessions([SessionEnd(owner, f"s{until}", NOW, until)])
    await store.end_sessions([all_of("both", NOW, NOW + 2 * HOUR)])
    keys = {key.decode().rsplit(":", 1)[1]: key for key in command("KEYS", "*:ended:*")}
    # Clocks of gateways may be five minutes behind the server's.
    for owner, seconds in (("short", HOUR), ("both", 12 * HOUR)):
        left = command("PTTL", keys[owner].decode()) / 1000
        assert left == pytest.approx(seconds + 300 - (time.time() - NOW), abs=60)


async def test_those_that_are_over_make_room(store: AdmissionStore) -> None:
    past = NOW - 400
    old = [SessionEnd("apikey:1", f"s{n}", past, past) for n in range(ENDS_OF_ONE_OWNER)]
    keeps = SessionEnd("apikey:1", "keeps", NOW, LATER)
    await store.end_sessions([keeps, *old[1:], end(session())])
    assert await store.session_ended(session())
    assert not await store.session_ended(session("innocent"))
