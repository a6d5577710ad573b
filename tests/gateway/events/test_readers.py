"""What any ``EventReader`` does: the one in memory, a laptop's, and that of a cluster."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from quarterdeck_contract.names import worker_name
from quarterdeck_gateway.events.kubernetes import KubernetesEvents
from quarterdeck_gateway.events.objects import belongs_to, seen_event
from quarterdeck_gateway.events.port import EventReader, MemoryEvents, SeenEvent
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_local.events import LocalEvents
from quarterdeck_local.journal import Journal
from quarterdeck_operator.cluster.port import Note, ObjectKey
from support.cluster import cluster, kubectl, namespace

__all__ = ["cluster", "namespace"]

POD = f"{worker_name('demo')}-7d9f4c8b9-x2x4z"


@dataclass
class Happening:
    """A reader, and how to make something happen to an Agent."""

    reader: EventReader
    namespace: str
    tell: Callable[[str, str, str], Awaitable[None]]
    """Type, reason and message, about the Agent ``demo``."""


def in_memory() -> Happening:
    memory = MemoryEvents()

    async def tell(type_: Any, reason: str, message: str) -> None:
        event = SeenEvent(type_, reason, message, "Agent/demo", last_seen="2026-01-01T00:00:00Z")
        memory.write("team-a", "demo", event)

    return Happening(memory, "team-a", tell)


def on_a_laptop() -> Happening:
    journal = Journal()

    async def tell(type_: Any, reason: str, message: str) -> None:
        journal.write(Note(ObjectKey("Agent", "team-a", "demo"), "uid", type_, reason, message))

    return Happening(LocalEvents(journal), "team-a", tell)


def event_object(namespace: str, name: str, kind: str, regarding: str, **fields: Any) -> Any:
    """An Event as a controller writes it."""
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"namespace": namespace, "name": name},
        "eventTime": "2026-01-01T00:00:00.000000Z",
        "reportingController": "tests",
        "reportingInstance": "tests-1",
        "action": "Testing",
        "regarding": {"kind": kind, "namespace": namespace, "name": regarding},
        **fields,
    }


@asynccontextmanager
async def in_a_cluster(kubeconfig: str, namespace: str) -> AsyncIterator[Happening]:
    async def tell(type_: str, reason: str, message: str) -> None:
        said = {"type": type_, "reason": reason, "note": message}
        events = [
            event_object(namespace, "of-the-agent", "Agent", "demo", **said),
            event_object(namespace, "of-a-pod", "Pod", POD, **said | {"reason": "OfItsPod"}),
            event_object(namespace, "of-another", "Pod", "other-1", **said | {"reason": "Other"}),
        ]
        for event in events:
            kubectl("create", "-f", "-", stdin=json.dumps(event))

    async with KubeClient(from_kubeconfig(kubeconfig)) as client:
        yield Happening(KubernetesEvents(client, kept_seconds=0.0), namespace, tell)
    await asyncio.sleep(0.2)


@pytest.fixture(params=["memory", "laptop", pytest.param("cluster", marks=pytest.mark.cluster)])
async def happening(request: pytest.FixtureRequest) -> AsyncIterator[Happening]:
    if request.param == "cluster":
        kubeconfig, own = map(request.getfixturevalue, ("cluster", "namespace"))
        async with in_a_cluster(kubeconfig, own) as found:
            yield found
    else:
        yield in_memory() if request.param == "memory" else on_a_laptop()


async def test_what_happened_to_an_agent_and_to_no_other(happening: Happening) -> None:
    assert await happening.reader.events(happening.namespace, "demo") == []
    await happening.tell("Warning", "ModelNotFound", "there is no Model small")
    found = await happening.reader.events(happening.namespace, "demo")
    [own] = [event for event in found if event.object == "Agent/demo"]
    assert (own.type, own.reason, own.count) == ("Warning", "ModelNotFound", 1)
    assert own.message == "there is no Model small"
    assert own.last_seen
    assert {event.reason for event in found} <= {"ModelNotFound", "OfItsPod"}
    assert await happening.reader.events(happening.namespace, "other") == []
    assert await happening.reader.events("elsewhere", "demo") == []


@pytest.mark.parametrize(
    ("kind", "name", "belongs"),
    [
        ("Agent", "demo", True),
        ("Agent", "demo-2", False),
        ("Deployment", worker_name("demo"), True),
        ("Deployment", "demo", False),
        ("ReplicaSet", f"{worker_name('demo')}-7d9f4c8b9", True),
        ("Pod", POD, True),
        ("Pod", f"{worker_name('demo-x')}-7d9f4c8b9-x2x4z", False),
        ("Pod", "demo-7d9f4c8b9-x2x4z", False),
        ("Secret", worker_name("demo"), False),
    ],
)
def test_whose_event_it_is(kind: str, name: str, *, belongs: bool) -> None:
    assert belongs_to("demo", {"kind": kind, "name": name}) is belongs


def test_repetitions_are_counted_in_either_way() -> None:
    new: Any = {"series": {"count": 5, "lastObservedTime": "2026-01-02T00:00:00.000000Z"}}
    old: Any = {
        "eventTime": None,
        "deprecatedCount": 4,
        "deprecatedFirstTimestamp": "2026-01-01T00:00:00Z",
        "deprecatedLastTimestamp": "2026-01-03T00:00:00Z",
    }
    repeated = seen_event(event_object("team-a", "e", "Pod", POD, **new))
    assert (repeated.count, repeated.last_seen[:10]) == (5, "2026-01-02")
    repeated = seen_event(event_object("team-a", "e", "Pod", POD, **old))
    assert (repeated.count, repeated.last_seen[:10]) == (4, "2026-01-03")
    assert repeated.first_seen == "2026-01-01T00:00:00Z"
