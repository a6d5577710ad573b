"""Keys are compared as HMACs; why one does not work is told only to whoever holds it."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.names import ANNOTATION_MANIFEST, key_hash
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_gateway.errors import Starting, Unauthenticated
from quarterdeck_gateway.identity.keyring import Keyring, Used, nobody_asks
from quarterdeck_gateway.identity.principal import Principal
from support.key_shelf import PEPPER, START, Clock, KeyShelf, key_entry

ADMIN_KEY = "qd_admin"
ADMIN_HASH = hashlib.sha256(ADMIN_KEY.encode()).hexdigest()
KEY = "qd_right"


def keyring(
    *entries: Any, clock: Clock | None = None, synced: bool = True, used: Used = nobody_asks
) -> Keyring:
    shelf = KeyShelf(*entries, synced=synced)
    return Keyring(shelf, PEPPER, ADMIN_HASH.upper(), (clock or Clock()).now, used=used)


def test_the_admin_key() -> None:
    found = keyring().find(ADMIN_KEY)
    assert found == Principal("admin", Role.ADMIN, namespaces=("*",))


def test_a_key_gives_what_its_resource_says() -> None:
    limit = RateLimit(requests_per_minute=7)
    entry = key_entry(
        KEY, role=Role.EDITOR, agents=("chat-*",), namespaces=("team-*",), rate_limit=limit
    )
    expected = Principal(
        "team-a/ci",
        Role.EDITOR,
        ("team-*",),
        ("chat-*",),
        team="blue",
        rate_limit=limit,
        subject="apikey:uid-ci",
    )
    assert keyring(entry).find(KEY) == expected


def test_a_key_that_was_made_anew_is_somebody_else() -> None:
    """Whoever makes one of a name that was deleted must not own what the other one owned."""
    shelf = KeyShelf(key_entry(KEY, uid="1"))
    ring = Keyring(shelf, PEPPER, ADMIN_HASH, Clock().now)

    def subject(key: str) -> str:
        found = ring.find(key)
        assert found is not None
        assert found.name == "team-a/ci"
        return found.subject

    first = subject(KEY)
    shelf.put(key_entry(KEY, "qd_rotated", uid="1"))
    assert subject("qd_rotated") == first
    shelf.put(key_entry(KEY, uid="2"))
    assert subject(KEY) != first
    # A folder's objects are read anew at every start, and its keys stay who they are.
    in_folder = {"metadata": {"annotations": {ANNOTATION_MANIFEST: "keys.yaml"}}}
    shelf.put(key_entry(KEY, uid="3", manifest=in_folder))
    of_folder = subject(KEY)
    shelf.put(key_entry(KEY, uid="4", manifest=in_folder))
    assert subject(KEY) == of_folder
    assert of_folder not in (first, "admin")


def test_a_changed_resource_gives_something_else_at_once() -> None:
    shelf = KeyShelf(key_entry(KEY))
    ring = Keyring(shelf, PEPPER, ADMIN_HASH, Clock().now)
    first = ring.find(KEY)
    assert ring.find(KEY) is first
    shelf.put(key_entry(KEY, role=Role.VIEWER))
    changed = ring.find(KEY)
    assert changed is not None
    assert changed.role is Role.VIEWER


@given(st.text())
async def test_any_other_key(key: str) -> None:
    ring = keyring(key_entry(KEY))
    if key in (KEY, ADMIN_KEY):
        return
    assert ring.find(key) is None
    with pytest.raises(Unauthenticated, match="not one of this gateway"):
        await ring.verify(key)


def test_bytes_that_are_no_text_are_a_wrong_key() -> None:
    assert keyring().find(b"\xff\xfe".decode("latin-1")) is None
    assert keyring().find("\udcff") is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"revoked": True}, "was revoked"),
        ({"expires_at": START.timestamp()}, "expired on 2026-01-02 03:04 UTC"),
        ({"hashes": {key_hash(PEPPER, KEY): START.timestamp()}}, "replaced by a newer one"),
        ({"revoked": True, "expires_at": 1.0}, "was revoked"),
    ],
)
async def test_why_a_key_stopped(changes: dict[str, Any], reason: str) -> None:
    uses: list[tuple[str, str]] = []
    ring = keyring(key_entry(KEY, **changes), used=lambda *key: uses.append(key))
    with pytest.raises(Unauthenticated, match=reason) as caught:
        await ring.verify(KEY)
    assert KEY not in caught.value.message
    assert not uses
    with pytest.raises(Unauthenticated, match="not one of this gateway"):
        await ring.verify(KEY + "x")


def test_a_key_works_until_the_very_moment() -> None:
    clock = Clock()
    later = START.timestamp() + 10
    ring = keyring(
        key_entry(KEY, expires_at=later + 5, hashes={key_hash(PEPPER, KEY): later}), clock=clock
    )
    clock.seconds = 9.999
    assert ring.find(KEY) is not None
    clock.seconds = 10.0
    with pytest.raises(Unauthenticated, match="replaced"):
        ring.find(KEY)


def test_both_keys_of_an_overlap_work() -> None:
    hashes = {key_hash(PEPPER, "qd_new"): None, key_hash(PEPPER, "qd_old"): START.timestamp() + 1}
    ring = keyring(key_entry(hashes=hashes))
    assert ring.find("qd_new") == ring.find("qd_old")


async def test_before_the_keys_are_known_nobody_is_denied_for_good() -> None:
    ring = keyring(synced=False)
    with pytest.raises(Starting):
        await ring.verify(KEY)
    assert (await ring.verify(ADMIN_KEY)).role is Role.ADMIN


def test_an_index_that_is_older_than_its_entry_lets_nobody_in() -> None:
    class Stale(KeyShelf):
        def key_by_hash(self, key_hash: str) -> Any:
            return key_entry("qd_other")

    with pytest.raises(Unauthenticated):
        Keyring(Stale(), PEPPER, ADMIN_HASH, Clock().now).find(KEY)


def test_every_use_of_an_api_key_is_told() -> None:
    uses: list[tuple[str, str]] = []
    ring = keyring(
        key_entry(KEY), key_entry("qd_two", name="two"), used=lambda *key: uses.append(key)
    )
    ring.find(KEY)
    ring.find(ADMIN_KEY)
    ring.find("qd_unknown")
    assert uses == [("team-a", "ci")]


def test_hashes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def watched(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return real(left, right)

    monkeypatch.setattr("quarterdeck_gateway.identity.keyring.hmac.compare_digest", watched)
    ring = keyring(key_entry(KEY))
    ring.find(ADMIN_KEY)
    ring.find(KEY)
    assert [len(left) == len(right) for left, right in compared] == [True, True]
    assert compared[0][1] == ADMIN_HASH.encode()
    assert compared[1][1] == key_hash(PEPPER, KEY).encode()
