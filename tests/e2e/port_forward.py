"""A way from the test to a Service's port, the one that every person with a kubeconfig has."""

import re
import subprocess
import threading
from contextlib import suppress
from typing import Final, Self

FORWARDED = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")
PAUSE_SECONDS: Final = 0.3


class PortForward:
    """``kubectl port-forward`` while the context lasts; ``url`` is the near end.

    It leads to one pod, also where ``target`` is a Service.
    """

    def __init__(self, target: str, port: int, namespace: str) -> None:
        self._far = port
        self._near = ""
        self._command = ["kubectl", "port-forward", "-n", namespace, target]
        self.url = ""

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)

    def _begin(self) -> None:
        command = [*self._command, f"{self._near}:{self._far}"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = FORWARDED.search(line)
        if found is None:
            self._process.kill()
            raise AssertionError(f"{' '.join(command)}: {line}{self._process.stdout.read()}")
        self._near = found[1]
        self.url = f"http://127.0.0.1:{self._near}"


class LastingForward(PortForward):
    """The same, and when its pod goes it leads to another one; ``url`` stays as it is."""

    def __enter__(self) -> Self:
        super().__enter__()
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._process.terminate()
        self._keeper.join(timeout=10)

    def _keep(self) -> None:
        while not self._over.is_set():
            assert self._process.stdout is not None
            for line in self._process.stdout:
                if "lost connection" in line:
                    self._process.terminate()
            self._process.wait()
            self._process.stdout.close()
            if not self._over.wait(PAUSE_SECONDS):
                with suppress(AssertionError):
                    self._begin()
