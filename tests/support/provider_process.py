"""The fake provider as a process, so that its clients may be processes too."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]


class Provider:
    """A fake provider that runs; see ``support.fake_provider``."""

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


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Start one on any port."""
    command = [sys.executable, "-m", "support.fake_provider", "--port", "0"]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Provider(process.stdout.readline().split()[-1])
        finally:
            process.kill()
