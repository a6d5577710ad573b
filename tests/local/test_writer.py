"""What is special about writing on a laptop; the gateway's tests hold what any writer does."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from quarterdeck_gateway.errors import Conflict, InvalidRequest, Unavailable
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.intake import Intake
from quarterdeck_local.store import ObjectStore
from quarterdeck_local.writer import LocalWriter
from quarterdeck_operator.cluster.port import ObjectKey
from support.management import api_key

KEY = ObjectKey("ApiKey", "team-a", "ci")


class Laptop:
    def __init__(self, kept: AppliedObjects) -> None:
        self.kept = kept
        self.store = ObjectStore()
        self.intake = Intake(self.store, kept)
        self.writer = LocalWriter(self.store, self.intake)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[AppliedObjects]:
    with closing(AppliedObjects(tmp_path / "quarterdeck.db")) as database:
        yield database


async def test_what_it_writes_outlives_the_process(kept: AppliedObjects) -> None:
    await Laptop(kept).writer.create(api_key(hash="a" * 64))
    laptop = Laptop(kept)
    assert laptop.intake.restore() == []
    await laptop.writer.patch_spec("ApiKey", "team-a", "ci", {"revoked": True})
    again = Laptop(kept)
    again.intake.restore()
    found = again.store.get(KEY)
    assert found is not None
    assert (found["spec"]["revoked"], found["spec"]["hash"]) == (True, "a" * 64)


async def test_what_stands_in_the_folder_is_changed_there(kept: AppliedObjects) -> None:
    laptop = Laptop(kept)
    laptop.intake.follow(api_key(), "m/keys.yaml: document 1")
    with pytest.raises(InvalidRequest, match=r"stands in m/keys\.yaml: document 1: change it"):
        await laptop.writer.patch_spec("ApiKey", "team-a", "ci", {"revoked": True})
    found = laptop.store.get(KEY)
    assert found is not None
    assert found["spec"]["revoked"] is False


async def test_an_edit_by_force_lasts_until_the_folder_changes(kept: AppliedObjects) -> None:
    laptop = Laptop(kept)
    laptop.intake.follow(api_key(), "m/keys.yaml: document 1")
    edit = {"expiresAt": "2027-01-01T00:00:00Z"}
    with pytest.raises(Conflict, match="repeat with force=true until it changes"):
        await laptop.writer.edit_spec("ApiKey", "team-a", "ci", edit)
    stored = await laptop.writer.edit_spec("ApiKey", "team-a", "ci", edit, force=True)
    assert stored["spec"]["expiresAt"] == edit["expiresAt"]
    again = Laptop(kept)
    again.intake.restore()
    assert again.store.get(KEY) is None
    laptop.intake.follow(api_key(), "m/keys.yaml: document 1")
    found = laptop.store.get(KEY)
    assert found is not None
    assert "expiresAt" not in found["spec"]


async def test_what_cannot_be_kept_is_not_done(kept: AppliedObjects) -> None:
    laptop = Laptop(kept)
    await laptop.writer.create(api_key())
    kept.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(Unavailable, match="the log says why"):
        await laptop.writer.patch_spec("ApiKey", "team-a", "ci", {"revoked": True})
    found = laptop.store.get(KEY)
    assert found is not None
    assert found["spec"]["revoked"] is False
