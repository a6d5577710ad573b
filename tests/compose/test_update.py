"""`make compose-up` after an update runs what was checked out, not what was built long ago."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Says of every image that it is there, whatever it was built from.
STAND_IN = """#!/bin/sh
echo "$*" >>"$LOG"
"""


def _asked(folder: Path, *arguments: str) -> list[list[str]]:
    """What `make compose-up` asked of Docker, in order."""
    (folder / "docker").write_text(STAND_IN)
    (folder / "docker").chmod(0o755)
    log = folder / "log"
    variables = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "LOG": str(log)}
    given = f"COMPOSE_SECRETS={folder / 'compose.env'}"
    command = ["make", "compose-up", given, *arguments]
    subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True, timeout=60)
    return [line.split() for line in log.read_text().splitlines()]


def _built(asked: list[list[str]]) -> list[str]:
    return [words[words.index("--target") + 1] for words in asked if words[0] == "build"]


def test_images_are_built_before_the_stack_starts(tmp_path: Path) -> None:
    asked = _asked(tmp_path)
    assert _built(asked) == ["standalone", "ui"]
    assert asked[-1][0] == "compose"
    assert "up" in asked[-1]


def test_images_of_a_registry_are_taken_as_they_are(tmp_path: Path) -> None:
    assert not _built(_asked(tmp_path, "IMAGE_PREFIX=registry.example.com/quarterdeck"))


def test_whoever_has_built_them_need_not_build_again(tmp_path: Path) -> None:
    assert not _built(_asked(tmp_path, "BUILD=0"))
