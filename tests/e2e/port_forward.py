"""A way from the test to a Service's port, the one that every person with a kubeconfig has."""

import re
import subprocess
from typing import Self

FORWARDED = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")


class PortForward:
    """``kubectl port-forward`` while the context lasts; ``url`` is the near end."""

    def __init__(self, target: str, port: int, namespace: str) -> None:
        self._command = ["kubectl", "port-forward", "-n", namespace, target, f":{port}"]
        self.url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = FORWARDED.search(line)
        if found is None:
            self._process.kill()
            raise AssertionError(f"{' '.join(self._command)}: {line}{self._process.stdout.read()}")
        self.url = f"http://127.0.0.1:{found[1]}"
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)
