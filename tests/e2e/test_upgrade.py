"""Story: the release is upgraded and rolled back while people chat, and nobody notices."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from e2e.helm import helm
from e2e.installation import (
    RELEASE,
    SYSTEM,
    VALUES,
    Installation,
    helm_install,
    secret,
)
from e2e.objects import Manifest, read, staying
from e2e.pods import apply, pod, wait_ready
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(420)]

CHATTER: Final = "chatter"
KEPT: Final = ("quarterdeck-admin-key", "quarterdeck-gateway-auth", "quarterdeck-key-pepper")
FEWEST: Final = 20
"""Chats that must have been answered; fewer would show nothing."""
CHANGED: Final[Manifest] = {"podAnnotations": {"example.com/turn": "second"}}
PLANES: Final = ("operator", "gateway", "ui")


def _chatter(installation: Installation, agent: str) -> list[Manifest]:
    code = {"name": CHATTER}
    variables = {
        "BASE_URL": f"http://quarterdeck-gateway.{SYSTEM}.svc",
        "AGENT": agent,
        "API_KEY": installation.admin_key,
    }
    running = pod(
        CHATTER,
        installation.image,
        ["python", "/code/chatter.py"],
        volumes=[{"name": "code", "configMap": code}],
        restartPolicy="Never",
        container={
            "env": [{"name": name, "value": value} for name, value in variables.items()],
            "volumeMounts": [{"name": "code", "mountPath": "/code", "readOnly": True}],
        },
    )
    source = Path(__file__).with_name("chatter.py").read_text()
    data = {"data": {"chatter.py": source}}
    return [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": code} | data, running]


@contextmanager
def _chatting(installation: Installation, namespace: str) -> Iterator[Manifest]:
    """Chats in the background; filled at the end with ``answered`` and ``failed``."""
    seen: Manifest = {}
    apply(namespace, *_chatter(installation, f"{namespace}/echo"))
    wait_ready(namespace, CHATTER)
    try:
        yield seen
        stop = "import os, signal; os.kill(1, signal.SIGTERM)"
        kubectl("exec", "-n", namespace, CHATTER, "--", "python", "-c", stop)
        eventually(
            "chats are over",
            lambda: read("pod", CHATTER, namespace)["status"]["phase"] == "Succeeded",
            seconds=120,
        )
        seen |= json.loads(kubectl("logs", "-n", namespace, CHATTER).splitlines()[-1])
    finally:
        kubectl("delete", "pod", CHATTER, "-n", namespace, "--wait=true")


def _pods() -> set[str]:
    return {
        found["metadata"]["name"]
        for plane in PLANES
        for found in staying(SYSTEM, f"app.kubernetes.io/component={plane}")
    }


def _upgrade() -> None:
    changed = {plane: VALUES.get(plane, {}) | CHANGED for plane in PLANES}
    helm_install(RELEASE, VALUES | changed)


def _roll_back() -> None:
    helm("rollback", RELEASE, "-n", SYSTEM, "--wait", "--timeout=300s")


@pytest.mark.parametrize("change", [_upgrade, _roll_back], ids=["upgrade", "rollback"])
def test_nobody_who_chats_notices(
    installation: Installation,
    echo: str,
    change: Callable[[], None],
    record_property: Callable[[str, object], None],
) -> None:
    before, secrets = _pods(), [secret(name) for name in KEPT]
    with _chatting(installation, echo) as seen:
        change()
    record_property("chats", seen["answered"])
    assert seen["failed"] == []
    assert seen["answered"] >= FEWEST
    assert not before & _pods(), "every pod was replaced"
    assert [secret(name) for name in KEPT] == secrets
    headers = {"Authorization": f"Bearer {installation.admin_key}"}

    def opens() -> bool:
        try:
            found = httpx.get(f"{installation.url}/v1/models", headers=headers, timeout=60)
            return found.status_code == 200
        except httpx.TransportError:
            return False

    eventually("the admin key still opens", opens, seconds=PATIENCE)
