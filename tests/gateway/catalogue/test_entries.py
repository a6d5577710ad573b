"""From manifests to entries: which keys work until when, and where."""

from typing import Any

import pytest

from quarterdeck_contract.names import LABEL_TEAM, SYSTEM_NAMESPACE
from quarterdeck_contract.validation import InvalidManifest
from quarterdeck_gateway.catalogue.entries import budget_entry, key_entry
from quarterdeck_gateway.catalogue.port import KeyEntry
from support.management import api_key, budget

OLD, NEW = "a" * 64, "b" * 64
END = "2026-07-02T00:00:00Z"
END_SECONDS = 1782950400.0


def issued(key_hash: str, revision: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "hash": key_hash,
        "revision": revision,
        "createdAt": "2026-07-01T00:00:00Z",
        **fields,
    }


def entry(*keys: dict[str, Any], namespace: str = "team-a", **spec: Any) -> KeyEntry:
    manifest = api_key(namespace=namespace, **spec) | {"status": {"keys": list(keys)}}
    return key_entry(manifest, SYSTEM_NAMESPACE)


def test_a_key_of_a_secret_works_by_its_status() -> None:
    assert entry().hashes == {}
    assert entry(issued(OLD)).hashes == {OLD: None}


def test_a_shown_key_works_before_the_operator_has_seen_it() -> None:
    assert entry(hash=OLD).hashes == {OLD: None}


def test_after_the_operator_dated_the_old_key() -> None:
    keys = issued(NEW, 2), issued(OLD, notAfter=END)
    assert entry(*keys, revision=2).hashes == {NEW: None, OLD: END_SECONDS}
    assert entry(*keys, hash=NEW, revision=2).hashes == {NEW: None, OLD: END_SECONDS}


@pytest.mark.parametrize(("overlap", "hashes"), [(60, {OLD: None, NEW: None}), (0, {NEW: None})])
def test_a_rotation_that_the_operator_has_not_seen(
    overlap: int, hashes: dict[str, float | None]
) -> None:
    shown = entry(issued(OLD), hash=NEW, revision=2, overlapSeconds=overlap)
    assert shown.hashes == hashes


def test_a_raised_revision_without_overlap_stops_the_key_in_the_secret_at_once() -> None:
    assert entry(issued(OLD), revision=2, overlapSeconds=0).hashes == {}
    assert entry(issued(OLD), revision=2, overlapSeconds=1).hashes == {OLD: None}


def test_an_end_that_tells_no_time_has_come() -> None:
    assert entry(issued(OLD, notAfter="tomorrow")).hashes == {OLD: 0.0}
    assert entry(issued(OLD, notAfter="2026-07-02T00:00:00")).hashes == {OLD: 0.0}
    assert entry(expiresAt="someday").expires_at == 0.0


def test_a_broken_status_takes_no_good_key_away() -> None:
    known = entry({"hash": "short"}, issued(OLD), {"shape": "of next year"})
    assert known.hashes == {OLD: None}


def test_namespaces_are_in_force_only_for_keys_of_the_installation() -> None:
    assert entry(namespaces=["*"]).namespaces == ("team-a",)
    far = entry(namespaces=["team-*"], namespace=SYSTEM_NAMESPACE)
    assert far.namespaces == ("team-*",)
    assert entry(namespace=SYSTEM_NAMESPACE).namespaces == (SYSTEM_NAMESPACE,)


def test_everything_else_of_a_key() -> None:
    manifest = api_key(
        role="admin", agents=["a-*"], rateLimit={"concurrency": 2}, expiresAt=END, revoked=True
    )
    manifest["metadata"] |= {"uid": "u-1", "labels": {LABEL_TEAM: "red"}}
    known = key_entry(manifest, SYSTEM_NAMESPACE)
    assert (known.id, known.uid, known.owner, known.role) == ("team-a/ci", "u-1", "ann", "admin")
    assert (known.agents, known.team, known.revoked) == (("a-*",), "red", True)
    assert known.expires_at == END_SECONDS
    assert known.rate_limit is not None
    assert known.rate_limit.concurrency == 2


def test_a_key_that_is_being_deleted_is_revoked() -> None:
    manifest = api_key()
    manifest["metadata"]["deletionTimestamp"] = END
    assert key_entry(manifest, SYSTEM_NAMESPACE).revoked


def test_a_wrong_spec_is_told_by_its_field() -> None:
    with pytest.raises(InvalidManifest, match=r"spec\.role"):
        entry(role="god")


def test_a_budget_is_judged_again_only_when_its_spec_changed() -> None:
    first = budget_entry(budget())
    second = budget_entry(budget() | {"status": {"spentUSD": "1.000000"}}, first)
    assert second.spec is first.spec
    assert second.manifest["status"] == {"spentUSD": "1.000000"}
    assert budget_entry(budget(amountUSD=20), first).spec.amount_usd == 20
