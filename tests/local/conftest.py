"""Fixtures: a provider in a process of its own, and ``quarterdeck up`` in an empty folder."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.standalone import Standalone

TESTS = Path(__file__).parents[1]


class Provider:
    """The fake provider as a process, so that its clients may be processes too."""

    def __init__(self, url: str) -> None:
        self.url = url

    def script(self, **script: Any) -> None:
        """Answer like this from now on; fields as in ``support.fake_provider.Script``."""
        self._send("PUT", "/fake/script", {"script": script})

    def requests(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/fake/requests") as answer:  # noqa: S310 - ours
            found: list[dict[str, Any]] = json.load(answer)
            return found

    def forget(self) -> None:
        """Begin anew: no requests, the usual answer."""
        self._send("DELETE", "/fake/requests", {})
        self.script()

    def _send(self, method: str, path: str, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, method=method)  # noqa: S310
        urllib.request.urlopen(request).close()  # noqa: S310


@pytest.fixture(scope="session")
def provider_process() -> Iterator[Provider]:
    command = [sys.executable, "-m", "support.fake_provider", "--port", "0"]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Provider(process.stdout.readline().split()[-1])
        process.kill()


@pytest.fixture
def provider(provider_process: Provider) -> Provider:
    provider_process.forget()
    return provider_process


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[Standalone]:
    with Standalone(tmp_path) as laptop:
        yield laptop
