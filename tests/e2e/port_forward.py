"""A way from the test to a port in the cluster, the one that every person with a kubeconfig has."""

import json
import re
import subprocess
import threading
from contextlib import suppress
from typing import Final, Self

import httpx

from e2e.waiting import NOT_YET, eventually
from support.cluster import kubectl

FORWARDED = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")
PAUSE_SECONDS: Final = 0.3
OPEN_SECONDS: Final = 60.0


class PortForward:
    """``kubectl port-forward`` to one pod while the context lasts; ``url`` is the near end."""

    def __init__(self, pod: str, port: int, namespace: str) -> None:
        self._pod = pod
        self._far = port
        self._namespace = namespace
        self._near = ""
        self.url = ""

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=OPEN_SECONDS)

    def _open(self) -> None:
        """Begin; a pod that is ready is not always there for kubectl at the first attempt."""

        def begun() -> bool:
            self._begin()
            return True

        eventually(f"way to {self._pod or self._namespace}", begun, seconds=OPEN_SECONDS)

    def _begin(self) -> None:
        ports = f"{self._near}:{self._far}"
        command = ["kubectl", "port-forward", "-n", self._namespace, f"pod/{self._pod}", ports]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = FORWARDED.search(line)
        if found is None:
            self._process.kill()
            rest, _ = self._process.communicate()
            raise AssertionError(f"{' '.join(command)}: {line}{rest}")
        self._near = found[1]
        self.url = f"http://127.0.0.1:{self._near}"


class LastingForward(PortForward):
    """A way to any pod behind a Service; when that pod goes it leads to another one.

    ``url`` stays as it is. kubectl notices only with the next request that its pod has gone,
    and that request is lost: ``wait_open`` is for whoever cannot spare one.
    """

    def __init__(self, service: str, namespace: str, *, probe: str) -> None:
        super().__init__("", 0, namespace)
        self._service = service
        self._probe = probe

    def __enter__(self) -> Self:
        eventually(
            f"{self._service} has pods", lambda: self._serving() or None, seconds=OPEN_SECONDS
        )
        super().__enter__()
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._process.terminate()
        self._keeper.join(timeout=OPEN_SECONDS)

    def wait_open(self) -> None:
        """Returns once a request gets to a pod that the Service still sends requests to."""
        eventually(f"way to {self._service}", self._is_open, seconds=OPEN_SECONDS)

    def _is_open(self) -> bool:
        pod = self._pod
        if pod not in self._serving():
            self._process.terminate()
            return False
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"{self.url}{self._probe}", timeout=OPEN_SECONDS / 2)
            return answer.is_success and pod == self._pod
        return False

    def _serving(self) -> dict[str, int]:
        """The port of every pod that the Service sends new requests to."""
        belong = f"kubernetes.io/service-name={self._service}"
        found = kubectl("get", "endpointslices", "-n", self._namespace, "-l", belong, "-o", "json")
        return {
            endpoint["targetRef"]["name"]: part["ports"][0]["port"]
            for part in json.loads(found)["items"]
            for endpoint in part["endpoints"] or ()
            if endpoint["conditions"].get("ready")
        }

    def _begin(self) -> None:
        serving = self._serving()
        if not serving:
            raise AssertionError(f"no pod behind {self._service}")
        self._pod, self._far = next(iter(serving.items()))
        super()._begin()

    def _keep(self) -> None:
        while True:
            assert self._process.stdout is not None
            for line in self._process.stdout:
                if "lost connection" in line:
                    self._process.terminate()
            self._process.wait()
            self._process.stdout.close()
            if not self._begun_again():
                return
            if self._over.is_set():
                self._process.terminate()

    def _begun_again(self) -> bool:
        while not self._over.wait(PAUSE_SECONDS):
            with suppress(*NOT_YET):
                self._begin()
                return True
        return False
