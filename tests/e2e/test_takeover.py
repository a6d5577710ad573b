"""Story: the operator's leader dies without a word, and agents are cared for again in seconds."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.installation import SYSTEM, Installation
from e2e.objects import Manifest, exists, listed, read
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(300)]

TAKE_OVER_SECONDS = 60
"""The Lease lasts 15 s, followers look every 2 s, and the machine has other things to do."""
HAND_OVER_SECONDS = 12
"""Less than the Lease lasts: who had to wait for its end would be later."""
AGENT = """
apiVersion: quarterdeck.dev/v1alpha1
kind: Agent
metadata: {{name: {name}}}
spec: {{model: never-there, instructions: Answer.}}
"""


def _lease() -> Manifest:
    (lease,) = listed("leases.coordination.k8s.io", SYSTEM)
    spec: Manifest = lease["spec"]
    return spec


def _holder() -> str:
    return _lease().get("holderIdentity") or ""


def _taken_from(leader: str) -> datetime | None:
    """When somebody else took the Lease, as the taker wrote: a look by kubectl comes later."""
    spec = _lease()
    holder = spec.get("holderIdentity") or ""
    if not holder or leader in holder:
        return None
    return datetime.fromisoformat(spec["acquireTime"])


def _leader() -> str:
    """Name of the pod that holds the Lease."""
    holder = _holder()
    pods = listed("pods", SYSTEM, "app.kubernetes.io/component=operator")
    return next((p["metadata"]["name"] for p in pods if p["metadata"]["name"] in holder), "")


def _judged(namespace: str, name: str) -> bool:
    return bool(read("agent", name, namespace).get("status", {}).get("conditions"))


def _process_of(pod: str) -> int | None:
    """The pod's process as the node sees it, if that node is this machine."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if f"HOSTNAME={pod}".encode() in variables and b"quarterdeck-operator" in command:
            return int(process.name)
    return None


@pytest.fixture(autouse=True)
def every_replica(installation: Installation) -> None:
    """A follower that still starts, after an earlier story's end of it, takes nothing over."""
    kubectl(
        "rollout", "status", "deployment/quarterdeck-operator", "-n", SYSTEM, "--timeout=120s",
        timeout=130,
    )  # fmt: skip


def test_another_replica_takes_over_from_a_killed_leader(
    installation: Installation, restricted: str
) -> None:
    leader = eventually("a leader", _leader, seconds=PATIENCE)
    before = _holder()
    process = _process_of(leader)
    if process is None:
        pytest.skip("the leader runs on another machine: kill -9 cannot be sent from here")
    os.kill(process, signal.SIGKILL)
    kubectl("apply", "-n", restricted, "-f", "-", stdin=AGENT.format(name="orphan"))
    eventually(
        "judged by the new leader",
        lambda: _judged(restricted, "orphan"),
        seconds=TAKE_OVER_SECONDS,
    )
    assert _holder() not in ("", before)
    assert exists("agent", "orphan", restricted)


def test_a_leader_that_is_asked_to_go_hands_over_at_once(
    installation: Installation, restricted: str
) -> None:
    leader = eventually("a leader", _leader, seconds=PATIENCE)
    kubectl("delete", "pod", leader, "-n", SYSTEM, "--wait=false")
    asked = datetime.now(UTC)
    taken = eventually("another leader", lambda: _taken_from(leader), seconds=PATIENCE)
    assert taken - asked <= timedelta(seconds=HAND_OVER_SECONDS)
