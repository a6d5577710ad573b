"""Keys of applied ApiKeys lie in the home, private, and only while they are good."""

import base64
from pathlib import Path
from typing import Any

import pytest

from quarterdeck_cli.instance import issued_key_file
from quarterdeck_local.key_files import KeyFiles


def secret(value: str = "qd_one", **metadata: Any) -> dict[str, Any]:
    named = {
        "namespace": "default",
        "name": "apikey-ci",
        "labels": {"quarterdeck.dev/api-key": "ci"},
        "ownerReferences": [{"kind": "ApiKey", "name": "ci", "uid": "1", "controller": True}],
    }
    data = {"key": base64.b64encode(value.encode()).decode()}
    return {"kind": "Secret", "metadata": named | metadata, "data": data}


def test_the_newest_key_lies_in_a_private_file(tmp_path: Path) -> None:
    files, path = KeyFiles(tmp_path), issued_key_file(tmp_path, "default", "ci")
    files.observe("ADDED", secret())
    assert path.read_text() == "qd_one\n"
    files.observe("MODIFIED", secret("qd_two"))
    assert path.read_text() == "qd_two\n"
    assert [each.name for each in path.parent.iterdir()] == ["ci"]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    files.observe("DELETED", secret("qd_two"))
    assert not path.exists()
    files.observe("DELETED", secret("qd_two"))


def test_a_key_that_went_while_nothing_ran_is_gone(tmp_path: Path) -> None:
    KeyFiles(tmp_path).observe("ADDED", secret())
    KeyFiles(tmp_path)
    assert not issued_key_file(tmp_path, "default", "ci").exists()


@pytest.mark.parametrize(
    "other",
    [
        secret(labels={}),
        secret(ownerReferences=[]),
        secret(name="apikey-ci-previous"),
        secret() | {"kind": "ConfigMap"},
    ],
)
def test_other_secrets_are_not_written_down(tmp_path: Path, other: dict[str, Any]) -> None:
    KeyFiles(tmp_path).observe("ADDED", other)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path)
    (tmp_path / "keys").write_text("in the way")
    files.observe("ADDED", secret())
    assert (tmp_path / "keys").read_text() == "in the way"
