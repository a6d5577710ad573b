import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from quarterdeck_cli.instance import ANNOTATION_MANIFEST
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.errors import CannotStart, Conflict, Invalid, NotFound, NotKept
from quarterdeck_local.intake import Intake, manifest_source
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import ObjectKey, key_of
from support import bad_samples, samples
from support.standalone import secret

AGENT = ObjectKey("Agent", "default", "demo")


class Laptop:
    """Store and database of one start; ``again`` is the next one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = ObjectStore()
        self.kept = AppliedObjects(path)
        self.intake = Intake(self.store, self.kept)
        self.refused = self.intake.restore()

    def again(self) -> "Laptop":
        self.kept.close()
        return Laptop(self.path)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    opened = Laptop(tmp_path / "quarterdeck.db")
    yield opened
    opened.kept.close()


@pytest.mark.parametrize("bad", bad_samples.BAD, ids=lambda bad: bad.id)
def test_what_the_crd_refuses_is_refused_here(laptop: Laptop, bad: bad_samples.Bad) -> None:
    with pytest.raises(Invalid) as refusal:
        laptop.intake.apply(bad.manifest)
    assert bad.field in [error.field for error in refusal.value.errors]
    assert bad.words in str(refusal.value)
    assert not laptop.store.list("Agent") + laptop.store.list("Model")


def test_defaults_are_filled_in_and_only_peoples_metadata_is_taken(laptop: Laptop) -> None:
    pasted = samples.agent() | {"status": {"conditions": []}}
    pasted["metadata"] = {"name": "demo", "uid": "mine", "generation": 7}
    stored = laptop.intake.apply(pasted)
    assert stored["spec"]["suspended"] is False
    assert stored["metadata"]["uid"] != "mine"
    assert stored["metadata"]["generation"] == 1
    assert stored["metadata"]["namespace"] == "default"
    assert "status" not in stored


def test_immutable_fields_stay(laptop: Laptop) -> None:
    bad = bad_samples.BAD_UPDATES[0]
    laptop.intake.apply(bad.old)
    with pytest.raises(Invalid, match=bad.rule) as refusal:
        laptop.intake.apply(bad.new)
    assert refusal.value.errors[0].field == bad.field
    assert laptop.store.get(key_of(bad.old)) is not None


def test_plain_secrets_are_folded_into_data(laptop: Laptop) -> None:
    stored = laptop.intake.apply(secret("keys", apiKey="sesame"))
    assert stored["data"] == {"apiKey": "c2VzYW1l"}
    assert "stringData" not in stored


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"data": {"key": "not base64!"}}, "data.key"),
        ({"data": ["a"]}, "data"),
        ({"stringData": {"key": 5}}, "stringData.key"),
        ({"stringData": {"k/ey": "a"}}, "stringData.k/ey"),
        ({"spec": {}}, "spec"),
        ({"apiVersion": "v2"}, "apiVersion"),
        ({"metadata": {}}, "metadata.name"),
        ({"metadata": {"name": "../up"}}, "metadata.name"),
        ({"metadata": {"name": "a", "namespace": "../up"}}, "metadata.namespace"),
        ({"metadata": {"name": "a", "labels": {"b": 1}}}, "metadata.labels.b"),
    ],
)
def test_bad_secrets_name_the_field_and_never_the_value(
    laptop: Laptop, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        laptop.intake.apply(secret("keys") | change)
    assert [error.field for error in refusal.value.errors] == [field]
    assert "not base64!" not in str(refusal.value)


def test_other_kinds_need_a_cluster(laptop: Laptop) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    with pytest.raises(Invalid, match="supported values: Agent, Model, ApiKey, Budget, Secret"):
        laptop.intake.apply(pod)


def test_what_was_applied_comes_back_as_the_same_object(laptop: Laptop) -> None:
    laptop.intake.apply(samples.agent(description="first"))
    before = laptop.intake.apply(samples.agent(description="second"))
    laptop.store.put_status(AGENT, {"observedGeneration": 2})
    after = laptop.again().store.get(AGENT)
    assert after is not None
    assert after["spec"]["description"] == "second"
    for field in ("uid", "creationTimestamp", "generation"):
        assert after["metadata"][field] == before["metadata"][field]
    assert "status" not in after


def test_what_was_deleted_stays_away(laptop: Laptop) -> None:
    laptop.intake.apply(samples.AGENT)
    laptop.intake.delete(AGENT)
    assert laptop.again().store.get(AGENT) is None
    with pytest.raises(NotFound):
        laptop.intake.delete(AGENT)


def test_what_the_folder_says_is_not_kept(laptop: Laptop) -> None:
    laptop.intake.apply(samples.AGENT)
    stored = laptop.intake.follow(samples.AGENT, "demo.yaml: document 1")
    assert manifest_source(stored) == "demo.yaml: document 1"
    assert laptop.again().store.get(AGENT) is None


def test_a_command_over_the_folder_remembers_the_folder(laptop: Laptop) -> None:
    laptop.intake.follow(samples.AGENT, "demo.yaml: document 1")
    stored = laptop.intake.apply(samples.agent(description="by command"))
    assert manifest_source(stored) == "demo.yaml: document 1"
    assert laptop.again().store.get(AGENT) is None


def test_nobody_can_pretend_to_be_the_folder(laptop: Laptop) -> None:
    pasted = samples.agent()
    pasted["metadata"] = pasted["metadata"] | {"annotations": {ANNOTATION_MANIFEST: "a", "b": "c"}}
    stored = laptop.intake.apply(pasted)
    assert stored["metadata"]["annotations"] == {"b": "c"}


def test_a_dry_run_stores_nothing(laptop: Laptop) -> None:
    planned = laptop.intake.apply(samples.AGENT, dry_run=True)
    assert planned["spec"]["suspended"] is False
    assert laptop.store.get(AGENT) is None
    assert laptop.again().store.get(AGENT) is None


def test_what_a_controller_owns_is_not_peoples_to_change(laptop: Laptop) -> None:
    owner = laptop.intake.apply(samples.AGENT)["metadata"]
    reference = {"kind": "Agent", "name": "demo", "uid": owner["uid"], "controller": True}
    metadata = {"name": "c", "namespace": "default"}
    child = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}
    laptop.store.put(child | {"metadata": metadata | {"ownerReferences": [reference]}})
    with pytest.raises(Conflict, match='managed by Agent "demo"'):
        laptop.intake.apply(child)
    with pytest.raises(Conflict, match='managed by Agent "demo"'):
        laptop.intake.delete(key_of(child))


def test_manifests_that_a_newer_version_refuses_are_told_and_kept(laptop: Laptop) -> None:
    laptop.kept.keep(samples.agent(instructions=None))
    laptop.intake.apply(samples.MODEL)
    after = laptop.again()
    assert ["instructions" in str(each) for each in after.refused] == [True]
    assert after.store.list("Model")
    assert len(after.again().refused) == 1


def test_only_the_owner_can_read_the_database(laptop: Laptop) -> None:
    assert stat.S_IMODE(laptop.path.stat().st_mode) == 0o600


def test_a_file_that_is_no_database_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"not a database" * 100)
    with pytest.raises(CannotStart, match="cannot open the database"):
        AppliedObjects(tmp_path / "db")


def test_a_change_that_cannot_be_kept_does_not_happen(laptop: Laptop) -> None:
    laptop.kept.close()
    with pytest.raises(NotKept):
        laptop.intake.apply(samples.AGENT)
    assert laptop.store.get(AGENT) is None
    laptop.kept = AppliedObjects(laptop.path)
