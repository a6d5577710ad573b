from typing import Any

import pytest

from quarterdeck_local.deployment_status import NEEDS_A_CLUSTER, Failure, status
from quarterdeck_local.rollout import Seen

DEPLOYMENT: dict[str, Any] = {"metadata": {"generation": 3}}
OLD, NEW = Seen(0, current=False, ready=True), Seen(1, current=True, ready=True)
STARTING, LEAVING = Seen(1, current=True, ready=False), Seen(0, False, True, stopping=True)


def condition(found: dict[str, Any], type_: str) -> tuple[str, str]:
    each = next(each for each in found["conditions"] if each["type"] == type_)
    return each["status"], each["reason"]


@pytest.mark.parametrize(
    ("workers", "replicas", "counts", "available", "progressing"),
    [
        ([], 1, (0, 0, 0), "MinimumReplicasUnavailable", "ReplicaSetUpdated"),
        ([STARTING], 1, (1, 1, 0), "MinimumReplicasUnavailable", "ReplicaSetUpdated"),
        ([OLD, STARTING], 1, (2, 1, 1), "MinimumReplicasAvailable", "ReplicaSetUpdated"),
        ([OLD, NEW], 1, (2, 1, 2), "MinimumReplicasAvailable", "ReplicaSetUpdated"),
        ([LEAVING, NEW], 1, (1, 1, 1), "MinimumReplicasAvailable", "NewReplicaSetAvailable"),
        ([LEAVING], 0, (0, 0, 0), "MinimumReplicasAvailable", "NewReplicaSetAvailable"),
    ],
)
def test_counts_and_conditions(
    workers: list[Seen],
    replicas: int,
    counts: tuple[int, int, int],
    available: str,
    progressing: str,
) -> None:
    found = status(DEPLOYMENT, workers, replicas, None, "now")
    assert (found["replicas"], found["updatedReplicas"], found["readyReplicas"]) == counts
    assert found["availableReplicas"] == found["readyReplicas"]
    assert found["observedGeneration"] == 3
    assert condition(found, "Available")[1] == available
    assert condition(found, "Progressing") == ("True", progressing)


def test_a_crash_is_the_reason_why_nothing_is_available() -> None:
    found = status(DEPLOYMENT, [], 1, Failure("WorkersCrashing", "exit code 2"), "now")
    assert condition(found, "Available") == ("False", "WorkersCrashing")
    assert condition(found, "Progressing")[0] == "True", "it is tried again"


def test_an_image_that_cannot_run_here_is_not_tried_again() -> None:
    for reason in NEEDS_A_CLUSTER:
        found = status(DEPLOYMENT, [], 1, Failure(reason, "needs a cluster"), "now")
        assert condition(found, "Progressing") == ("False", reason)


def test_times_move_only_when_a_condition_does() -> None:
    before = status(DEPLOYMENT, [STARTING], 1, None, "noon")
    again = status(DEPLOYMENT | {"status": before}, [STARTING], 1, None, "one")
    assert again == before
    after = status(DEPLOYMENT | {"status": before}, [NEW], 1, None, "two")
    times = {each["type"]: each["lastTransitionTime"] for each in after["conditions"]}
    assert times == {"Available": "two", "Progressing": "noon"}
