import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.intake import Intake
from quarterdeck_local.manifests import ManifestsFolder
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import ObjectKey
from support.standalone import agent, as_yaml, model

MODEL = as_yaml(model(url="http://127.0.0.1:1"))


class Followed:
    def __init__(self, path: Path) -> None:
        self.path = path / "manifests"
        self.path.mkdir()
        self.store = ObjectStore()
        self.kept = AppliedObjects(path / "db")
        self.intake = Intake(self.store, self.kept)
        self.said: list[str] = []
        self.folder = ManifestsFolder(self.path, self.intake, self.said.append)

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)
        self.folder.load()

    def remove(self, name: str) -> None:
        (self.path / name).unlink()
        self.folder.load()

    def agents(self) -> list[str]:
        return [each["metadata"]["name"] for each in self.store.list("Agent")]


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    opened = Followed(tmp_path)
    yield opened
    opened.kept.close()


def test_what_stands_in_the_folder_is_stored_and_follows_it(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one"), agent("two")))
    followed.write("b.yml", MODEL)
    assert followed.agents() == ["one", "two"]
    followed.write("a.yaml", as_yaml(agent("two", description="changed")))
    assert followed.agents() == ["two"]
    assert followed.store.list("Agent")[0]["spec"]["description"] == "changed"
    followed.remove("a.yaml")
    assert followed.agents() == []
    assert followed.store.list("Model")
    assert followed.said == []


async def test_what_changed_before_anybody_watched_is_seen(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one")))
    (followed.path / "b.yaml").write_text(as_yaml(agent("two")))
    watching = asyncio.create_task(followed.folder.watch())
    async with asyncio.timeout(60):
        while followed.agents() != ["one", "two"]:
            await asyncio.sleep(0.05)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def test_reading_again_changes_nothing(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one")))
    version = followed.store.resource_version
    followed.folder.load()
    assert followed.store.resource_version == version


def test_a_bad_document_is_named_and_stops_nothing_else(followed: Followed) -> None:
    bad = agent("bad", limits={"seconds": 0})
    followed.write("a.yaml", as_yaml(agent("one"), bad, agent("two")))
    assert followed.agents() == ["one", "two"]
    (said,) = followed.said
    assert said.startswith(f"{followed.path}/a.yaml: document 2 (Agent/bad): spec.limits.seconds: ")
    followed.folder.load()
    assert len(followed.said) == 1, "a flaw is told once"
    followed.write("a.yaml", as_yaml(agent("one"), agent("two")))
    assert "every manifest is good now" in followed.said[1]


def test_the_last_good_version_keeps_running(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one", description="good"), agent("two")))
    followed.write("a.yaml", as_yaml(agent("one", description=7), agent("two")))
    assert followed.store.list("Agent")[0]["spec"]["description"] == "good"
    followed.write("a.yaml", "kind: [")
    assert followed.agents() == ["one", "two"]
    assert "document 1: not valid YAML: line 1" in followed.said[-1]
    followed.write("a.yaml", as_yaml({"kind": "Agent", "metadata": {}}, agent("two")))
    assert followed.agents() == ["one", "two"], "the nameless one may be what was one"
    followed.write("a.yaml", as_yaml(agent("two")))
    assert followed.agents() == ["two"]


def test_the_same_object_twice_counts_once(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one", description="first")))
    followed.write("b.yaml", as_yaml(agent("one", description="second")))
    assert followed.store.list("Agent")[0]["spec"]["description"] == "first"
    assert "b.yaml: document 1 (Agent/one): stands in the folder twice" in followed.said[0]
    followed.remove("a.yaml")
    assert followed.store.list("Agent")[0]["spec"]["description"] == "second"


def test_an_object_that_moves_to_another_file_stays_the_same(followed: Followed) -> None:
    followed.write("b.yaml", as_yaml(agent("one")))
    uid = followed.store.list("Agent")[0]["metadata"]["uid"]
    (followed.path / "b.yaml").rename(followed.path / "a.yaml")
    followed.folder.load()
    assert followed.store.list("Agent")[0]["metadata"]["uid"] == uid


def test_an_unreadable_file_takes_nothing_away(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one")))
    (followed.path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    followed.folder.load()
    assert followed.agents() == ["one"]
    assert "a.yaml: cannot be read" in followed.said[0]


def test_a_folder_that_vanishes_takes_nothing_away(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one")))
    (followed.path / "a.yaml").unlink()
    followed.path.rmdir()
    followed.folder.load()
    assert followed.agents() == ["one"]
    assert "the folder is gone" in followed.said[0]


def test_what_editors_leave_lying_around_is_ignored(followed: Followed) -> None:
    for name in (".a.yaml.swp", ".hidden.yaml", "a.yaml~", "notes.txt"):
        followed.write(name, as_yaml(agent("one")))
    assert followed.agents() == []


def test_what_a_command_applied_is_none_of_the_folders_business(followed: Followed) -> None:
    followed.intake.apply(agent("applied"))
    followed.write("a.yaml", as_yaml(agent("one")))
    followed.remove("a.yaml")
    assert followed.agents() == ["applied"]


def test_what_a_command_deleted_is_forgotten_without_a_word(followed: Followed) -> None:
    followed.write("a.yaml", as_yaml(agent("one")))
    followed.intake.delete(ObjectKey("Agent", "default", "one"))
    followed.remove("a.yaml")
    assert followed.said == []


async def test_changes_are_noticed_within_a_second(followed: Followed) -> None:
    watching = asyncio.create_task(followed.folder.watch())
    await asyncio.sleep(0.3)
    (followed.path / "a.yaml").write_text(as_yaml(agent("one")))
    async with asyncio.timeout(60):
        while not followed.agents():
            await asyncio.sleep(0.02)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
