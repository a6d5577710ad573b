"""What is wrong with pods, in one sentence: the last exit, the image, the Secret or the node."""

from typing import Any

import pytest

from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.summarise.pods import Trouble, trouble_of
from support.operator_world import NOW
from support.worker_pods import (
    BACK_OFF,
    NOT_SCHEDULED,
    OUT_OF_MEMORY,
    container,
    crashing,
    ended,
    running,
    waiting,
    worker_pod,
)

LOGS = "see kubectl logs --previous -n team agent-demo-1 -c worker"
LONG_AGO = "2025-12-31T23:49:59Z"
UNPULLED = 'Back-off pulling image "none:1": not found'


@pytest.mark.parametrize(
    ("pod", "reason", "message"),
    [
        (
            crashing(restarts=4),
            reasons.WORKERS_CRASHING,
            "crashes: exit code 137, OOMKilled, 4 restarts; "
            f"raise spec.runtime.resources.limits.memory; {LOGS}",
        ),
        (
            worker_pod(container(ended(2))),
            reasons.WORKERS_CRASHING,
            f"crashes: exit code 2, Error, 0 restarts; {LOGS}",
        ),
        (
            worker_pod(container(running(), ended(0, "Completed"), 1)),
            reasons.WORKERS_CRASHING,
            f"crashes: exit code 0, Completed, 1 restart; {LOGS}",
        ),
        (
            worker_pod(container(waiting("ImagePullBackOff", UNPULLED))),
            reasons.IMAGE_UNAVAILABLE,
            f"does not get its image: ImagePullBackOff: {UNPULLED}",
        ),
        (
            worker_pod(container(waiting("InvalidImageName"))),
            reasons.IMAGE_UNAVAILABLE,
            "does not get its image: InvalidImageName",
        ),
        (
            worker_pod(container(waiting("CreateContainerConfigError", 'secret "s" not found'))),
            reasons.WORKERS_CANNOT_START,
            'cannot start: CreateContainerConfigError: secret "s" not found',
        ),
        (
            worker_pod(container(BACK_OFF, ended(128, "StartError", "no such file"), 3)),
            reasons.WORKERS_CANNOT_START,
            "cannot start: StartError: no such file",
        ),
        (
            worker_pod(phase="Pending", conditions=[NOT_SCHEDULED]),
            reasons.WORKERS_UNSCHEDULABLE,
            "finds no node: 0/1 nodes are available: 1 Insufficient memory.",
        ),
        (
            worker_pod(
                container(waiting("PodInitializing")),
                initContainerStatuses=[container(BACK_OFF, ended(1), 1, name="worker")],
            ),
            reasons.WORKERS_CRASHING,
            f"crashes: exit code 1, Error, 1 restart; {LOGS}",
        ),
    ],
)
def test_what_is_wrong_with_a_pod(pod: Manifest, reason: str, message: str) -> None:
    assert trouble_of([pod], NOW) == Trouble(reason, f"pod agent-demo-1 {message}")


def _leaving(pod: Manifest) -> Manifest:
    return pod | {"metadata": pod["metadata"] | {"deletionTimestamp": NOW}}


@pytest.mark.parametrize(
    "pod",
    [
        worker_pod(container(running(), ready=True)),
        worker_pod(container(running(), OUT_OF_MEMORY, 7, ready=True)),
        worker_pod(container(running())),
        worker_pod(container(running(LONG_AGO), OUT_OF_MEMORY, 7)),
        worker_pod(container(waiting("ContainerCreating")), phase="Pending"),
        worker_pod(phase="Pending"),
        worker_pod(container(ended(137)), phase="Failed", reason="Evicted"),
        _leaving(crashing()),
        {"metadata": {"name": "new", "namespace": "team"}},
    ],
    ids=[
        "ready",
        "ready again",
        "starting",
        "forgiven after ten minutes",
        "being created",
        "not scheduled yet",
        "evicted",
        "leaving",
        "just made",
    ],
)
def test_nothing_is_wrong_with_a_pod(pod: Manifest) -> None:
    assert trouble_of([pod], NOW) is None


def test_the_gravest_is_told_and_the_others_are_counted() -> None:
    unscheduled: dict[str, Any] = {"phase": "Pending", "conditions": [NOT_SCHEDULED]}
    pods = [worker_pod(name="a", **unscheduled), crashing("c"), crashing("b"), crashing("d")]
    found = trouble_of(pods, NOW)
    assert found is not None
    assert found.reason == reasons.WORKERS_CRASHING
    assert found.message.startswith("pod b (and 2 more pods like it) crashes: exit code 137")
    assert trouble_of(reversed(pods), NOW) == found


def test_no_pods_no_trouble() -> None:
    assert trouble_of([], NOW) is None
