"""The catalogue: what it says after which events."""

from typing import Any

import pytest

from quarterdeck_gateway.catalogue.memory import EventCatalogue
from support.management import api_key, budget, manifest_of

HASH = "c" * 64


@pytest.fixture
def catalogue() -> EventCatalogue:
    return EventCatalogue()


def created(manifest: dict[str, Any], at: str) -> dict[str, Any]:
    manifest["metadata"] |= {"creationTimestamp": at, "managedFields": [{"manager": "kubectl"}]}
    return manifest


def scoped(name: str, kind: str, of: str | None = None, namespace: str = "team-a") -> Any:
    scope = {"kind": kind} | ({"name": of} if of else {})
    return budget(name, namespace, scope=scope)


def test_it_is_not_synced_until_somebody_says_so(catalogue: EventCatalogue) -> None:
    assert not catalogue.synced
    catalogue.synced = True
    assert catalogue.synced


def test_objects_come_change_and_go(catalogue: EventCatalogue) -> None:
    model = {"provider": "ollama", "model": "llama3"}
    catalogue.observe("ADDED", manifest_of("Model", "cheap", model))
    catalogue.observe("ADDED", api_key("b", hash=HASH))
    catalogue.observe("ADDED", api_key("a", "team-b"))
    catalogue.observe("ADDED", api_key("a"))
    catalogue.observe("ADDED", budget())
    found = catalogue.model("team-a", "cheap")
    assert found is not None
    assert found.spec.model == "llama3"
    keys = catalogue.keys()
    assert [entry.id for entry in keys] == ["team-a/a", "team-a/b", "team-b/a"]
    assert [entry.id for entry in catalogue.budgets()] == ["team-a/month"]
    catalogue.observe("MODIFIED", api_key("b", hash=HASH, owner="bob"))
    changed = catalogue.key_by_hash(HASH)
    assert changed is not None
    assert changed.owner == "bob"
    for kind, name in (("ApiKey", "b"), ("Budget", "month"), ("Model", "cheap")):
        # After a watch was cut, a deletion carries nothing but a name.
        tombstone = manifest_of(kind, name, {})
        del tombstone["spec"]
        catalogue.observe("DELETED", tombstone)
    assert catalogue.key_by_hash(HASH) is None
    assert catalogue.key("team-a", "b") is None
    assert catalogue.model("team-a", "cheap") is None
    assert catalogue.budget("team-a", "month") is None
    assert catalogue.budgets_for("team-a", "demo", "", "") == ()


def test_a_rotation_moves_the_hashes(catalogue: EventCatalogue) -> None:
    catalogue.observe("ADDED", api_key(hash=HASH))
    catalogue.observe("MODIFIED", api_key(hash="d" * 64, revision=2))
    assert catalogue.key_by_hash(HASH) is None
    assert catalogue.key_by_hash("d" * 64) is not None


def test_nobody_takes_over_a_key_by_copying_its_hash(catalogue: EventCatalogue) -> None:
    catalogue.observe("ADDED", created(api_key("thief", hash=HASH), "2026-02-01T00:00:00Z"))
    catalogue.observe("ADDED", created(api_key("owner", hash=HASH), "2026-01-01T00:00:00Z"))

    def holder() -> str | None:
        found = catalogue.key_by_hash(HASH)
        return found.name if found is not None else None

    assert holder() == "owner"
    catalogue.observe(
        "MODIFIED", created(api_key("thief", hash=HASH, role="admin"), "2026-02-01T00:00:00Z")
    )
    assert holder() == "owner"
    catalogue.observe("DELETED", api_key("owner", hash=HASH))
    assert holder() == "thief"
    catalogue.observe("DELETED", api_key("thief", hash=HASH))
    assert holder() is None


def test_nor_by_rotating_an_older_key_to_it(catalogue: EventCatalogue) -> None:
    """Which key is older says nothing: when the operator first saw the hash does."""

    def noted(name: str, made: str, hash_: str, *notes: tuple[str, str]) -> dict[str, Any]:
        manifest = created(api_key(name, hash=hash_, revision=len(notes) or 1), made)
        keys = [
            {"hash": known, "revision": number, "createdAt": at}
            for number, (known, at) in enumerate(notes, start=1)
        ]
        return manifest | {"status": {"keys": keys[::-1]}}

    def holder() -> str | None:
        found = catalogue.key_by_hash(HASH)
        return found.name if found is not None else None

    old, june, july = "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"
    before = ("e" * 64, old)
    catalogue.observe("ADDED", noted("thief", old, "e" * 64, before))
    catalogue.observe("ADDED", noted("victim", june, HASH, (HASH, june)))
    catalogue.observe("MODIFIED", noted("thief", old, HASH, before))
    assert holder() == "victim"
    catalogue.observe("MODIFIED", noted("thief", old, HASH, before, (HASH, july)))
    assert holder() == "victim"
    rotated = ("d" * 64, july)
    catalogue.observe("MODIFIED", noted("victim", june, "d" * 64, (HASH, june), rotated))
    assert holder() == "victim"


def test_the_budgets_of_a_chat(catalogue: EventCatalogue) -> None:
    for manifest in (
        scoped("whole", "Namespace"),
        scoped("agent", "Agent", "demo"),
        scoped("another-agent", "Agent", "other"),
        scoped("team", "Team", "red"),
        scoped("key", "Key", "ci"),
        scoped("elsewhere", "Namespace", namespace="team-b"),
        scoped("roaming", "Key", "ci", namespace="home"),
    ):
        catalogue.observe("ADDED", manifest)

    def names(*chat: str) -> list[str]:
        return [entry.name for entry in catalogue.budgets_for(*chat)]

    assert names("team-a", "demo", "team-a/ci", "red") == ["whole", "agent", "key", "team"]
    assert names("team-a", "demo", "team-b/ci", "") == ["whole", "agent"]
    assert names("team-b", "demo", "home/ci", "red") == ["elsewhere", "roaming"]
    assert names("team-c", "demo", "admin", "red") == []


def test_a_budget_that_changes_its_scope_or_amount(catalogue: EventCatalogue) -> None:
    catalogue.observe("ADDED", scoped("a", "Agent", "demo"))
    catalogue.observe("ADDED", scoped("b", "Agent", "demo"))
    catalogue.observe("MODIFIED", budget("a", scope={"kind": "Agent", "name": "x"}, amountUSD=5))
    assert [entry.name for entry in catalogue.budgets_for("team-a", "demo", "", "")] == ["b"]
    (moved,) = catalogue.budgets_for("team-a", "x", "", "")
    assert moved.spec.amount_usd == 5


def test_what_is_invalid_is_told_and_kept_out(
    catalogue: EventCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue.observe("ADDED", api_key(role="god", hash=HASH))
    catalogue.observe("ADDED", budget(amountUSD=-1))
    assert (list(catalogue.keys()), list(catalogue.budgets())) == ([], [])
    told = capsys.readouterr().out
    assert "spec.role" in told
    assert "spec.amountUSD" in told
    assert HASH not in told


def test_a_key_that_turns_invalid_stops_a_budget_stays(catalogue: EventCatalogue) -> None:
    catalogue.observe("ADDED", api_key(hash=HASH))
    catalogue.observe("ADDED", budget())
    catalogue.observe("MODIFIED", api_key(hash=HASH, power="more"))
    catalogue.observe("MODIFIED", budget(amountUSD=-1))
    assert catalogue.key_by_hash(HASH) is None
    (kept,) = catalogue.budgets_for("team-a", "demo", "", "")
    assert kept.spec.amount_usd == 10


def test_observers_hear_of_changes_after_them(catalogue: EventCatalogue) -> None:
    heard: list[tuple[str, str, bool]] = []

    def observer(event_type: str, manifest: Any) -> None:
        known = catalogue.key("team-a", "ci") is not None
        heard.append((event_type, manifest["spec"].get("owner", ""), known))
        assert "managedFields" not in manifest["metadata"]

    catalogue.subscribe(observer)
    catalogue.observe("ADDED", created(api_key(), "2026-01-01T00:00:00Z"))
    tombstone = api_key()
    del tombstone["spec"]
    catalogue.observe("DELETED", tombstone)
    catalogue.observe("ADDED", {"kind": "Agent", "metadata": {"namespace": "n", "name": "a"}})
    assert heard == [("ADDED", "ann", True), ("DELETED", "ann", False)]


def test_looking_up_the_budgets_of_a_chat_is_cheap(catalogue: EventCatalogue) -> None:
    """The price does not grow with the number of budgets."""
    for number in range(300):
        catalogue.observe("ADDED", scoped(f"b{number}", "Agent", f"agent-{number}"))
    found = catalogue.budgets_for("team-a", "agent-7", "team-a/ci", "red")
    assert [entry.name for entry in found] == ["b7"]
