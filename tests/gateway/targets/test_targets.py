"""What a Prometheus is told of the workers."""

from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.runtime import Runtime
from quarterdeck_gateway.routing.registry import Replica, entry_of
from quarterdeck_gateway.targets.endpoints import target_groups


def _agent(name: str, **spec: Any) -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True", "reason": "r", "message": "m"}
    metadata = {"namespace": "ns", "name": name}
    return {"metadata": metadata, "spec": spec, "status": {"conditions": [ready]}}


def test_ready_workers_are_told_with_whose_they_are() -> None:
    pods = (Replica("a", "http://10.0.0.1:8080"), Replica("b", "http://[fd00::1]:8080"))
    (group,) = target_groups([entry_of(_agent("demo"), pods)])
    assert group.targets == ["10.0.0.1:8080", "[fd00::1]:8080"]
    assert group.labels == {"namespace": "ns", "agent": "demo"}


@pytest.mark.parametrize(
    ("runtime", "scraped"),
    [
        ({"image": "acme/agent:1"}, False),
        ({"image": "acme/agent:1", "metrics": False}, False),
        ({"image": "acme/agent:1", "metrics": True}, True),
        ({"resources": {}}, True),
        ({"endpoint": "https://agents.example.com"}, False),
    ],
)
def test_images_of_peoples_own_are_read_where_their_agents_ask_for_it(
    runtime: dict[str, Any], scraped: bool
) -> None:
    workers = (Replica("a", "http://10.0.0.1:8080"),)
    groups = target_groups([entry_of(_agent("theirs", runtime=runtime), workers)])
    assert bool(groups) is scraped
    assert Runtime.model_validate(runtime).is_scraped is scraped, "pods are labelled alike"


def test_agents_without_workers_or_elsewhere_are_left_out() -> None:
    elsewhere = _agent("far", runtime={"endpoint": "https://agents.example.com"})
    assert target_groups([entry_of(_agent("idle"), ()), entry_of(elsewhere, ())]) == []
