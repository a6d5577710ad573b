"""The Compose stack as people start it: by the Makefile, under a project name of the test's own."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from support.ports import free_port

ROOT: Final = Path(__file__).parents[2]
SKIP_REASON: Final = (
    "needs a Docker engine and the images of this checkout: "
    "`make images`, then set QUARTERDECK_TEST_DOCKER=1"
)
_UP_SECONDS: Final = 400


@dataclass(frozen=True)
class Stack:
    """A project of Compose. ``secrets_file`` lies outside of the checkout."""

    secrets_file: Path
    project: str = field(default_factory=lambda: f"qd-test-{secrets.token_hex(4)}")
    ui_port: int = field(default_factory=free_port)
    prometheus_port: int = field(default_factory=free_port)
    front_prefix: str = field(default_factory=lambda: f"10.201.{secrets.randbelow(256)}")

    @property
    def url(self) -> str:
        """The web UI, and through it the gateway."""
        return f"http://127.0.0.1:{self.ui_port}"

    @property
    def prometheus(self) -> str:
        return f"http://127.0.0.1:{self.prometheus_port}"

    def up(self) -> None:
        """Returns once every container is healthy; raises with their last words."""
        try:
            self._make("compose-up", "GRAFANA=0", "BUILD=0")
        except AssertionError as exc:
            said = self.compose("logs", "--no-color", "--tail", "30")
            raise AssertionError(f"{exc}\n{said}") from exc

    def down(self, *, volumes: bool) -> None:
        """Stops the containers; ``volumes`` also deletes what they know."""
        self._make("compose-down", *(["VOLUMES=1"] if volumes else []))

    def compose(self, *arguments: str) -> str:
        """One ``docker compose`` command."""
        command = ("docker", "compose", "--env-file", str(self.secrets_file), *arguments)
        return _ran(*command, environment=self._environment())

    def containers(self) -> list[dict[str, Any]]:
        """What the engine says of each container."""
        names = self._labelled("ps", "--all", "--quiet")
        return list(json.loads(_ran("docker", "inspect", *names))) if names else []

    def leftovers(self) -> list[str]:
        """Containers, volumes and networks of this project."""
        kinds = (("ps", "--all"), ("volume", "ls"), ("network", "ls"))
        return [name for kind in kinds for name in self._labelled(*kind, "--quiet")]

    def admin_key(self) -> str:
        """The key, read as people are told to read it."""
        return self.compose("exec", "-T", "gateway", "cat", "/data/admin.key").strip()

    def _labelled(self, *command: str) -> list[str]:
        label = f"label=com.docker.compose.project={self.project}"
        return _ran("docker", *command, "--filter", label).split()

    def _make(self, *arguments: str) -> None:
        secrets_file = f"COMPOSE_SECRETS={self.secrets_file}"
        port = f"UI_PORT={self.ui_port}"
        _ran("make", *arguments, secrets_file, port, environment=self._environment())

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "COMPOSE_PROJECT_NAME": self.project,
            "UI_PORT": str(self.ui_port),
            "FRONT_PREFIX": self.front_prefix,
            "PROMETHEUS_PORT": str(self.prometheus_port),
        }


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Up on entry, gone with all its volumes on exit; skips where there is no permission."""
    if os.environ.get("QUARTERDECK_TEST_DOCKER") != "1":
        pytest.skip(SKIP_REASON)
    stack = Stack(folder / "secrets" / "compose.env")
    try:
        stack.up()
        yield stack
    finally:
        stack.down(volumes=True)


def _ran(*command: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_UP_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-2000:]}{done.stdout[-500:]}"
    return done.stdout
