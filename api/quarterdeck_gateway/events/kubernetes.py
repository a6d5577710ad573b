"""Events of a cluster, asked for when somebody wants to see them.

There is no watch: a busy namespace has thousands of Events that nobody looks at. The server
selects by kind, and by name where names are known; of pods only the names are alike, so their
Events are asked for once for all agents of a namespace.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from quarterdeck_contract.names import worker_name
from quarterdeck_gateway.errors import Unavailable
from quarterdeck_gateway.events.objects import belongs_to, seen_event
from quarterdeck_gateway.events.port import SeenEvent
from quarterdeck_gateway.events.recent import Recent
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import Expired, KubeError
from quarterdeck_kube.resources import EVENT
from quarterdeck_kube.selection import Selection

ASK_SECONDS: Final = 5.0
MOST_PAGES: Final = 4
"""Of 500 Events each: more of one kind are not looked through."""
KEPT_SECONDS: Final = 5.0
"""How old an answer may be."""
RETRY_SECONDS: Final = 5

log = structlog.get_logger(__name__)


class KubernetesEvents:
    """An ``EventReader`` over the API server."""

    def __init__(self, client: KubeClient, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._client = client
        self._recent = Recent(self._listed, seconds=kept_seconds, timeout=ASK_SECONDS)

    async def events(self, namespace: str, agent: str) -> Sequence[SeenEvent]:
        asked = [self._recent.get((namespace, selector)) for selector in _selectors(agent)]
        try:
            async with asyncio.timeout(ASK_SECONDS):
                found = await asyncio.gather(*asked)
        except (KubeError, TimeoutError) as exc:
            log.warning("events cannot be read", namespace=namespace, error=str(exc))
            raise Unavailable(
                "The cluster does not tell its events now: try again in a few seconds.",
                retry_after=RETRY_SECONDS,
            ) from exc
        return [
            event for events in found for event in events if belongs_to(agent, _regarding(event))
        ]

    async def _listed(self, question: tuple[str, str]) -> list[SeenEvent]:
        """The Events of a namespace that a field selector finds."""
        namespace, selector = question
        selection = Selection(EVENT, namespace, field_selector=selector)
        found: list[SeenEvent] = []
        pages = 0
        try:
            async for page in self._client.pages(selection):
                found += map(seen_event, page.items)
                pages += 1
                if pages == MOST_PAGES:
                    break
        except Expired:
            # The list went out of date half-way: what came is still true.
            return found
        return found


def _regarding(event: SeenEvent) -> dict[str, str]:
    kind, _, name = event.object.partition("/")
    return {"kind": kind, "name": name}


def _selectors(agent: str) -> list[str]:
    workers = worker_name(agent)
    named = {"Agent": agent, "Deployment": workers, "HorizontalPodAutoscaler": workers}
    return [
        *(f"regarding.kind={kind},regarding.name={name}" for kind, name in named.items()),
        "regarding.kind=ReplicaSet",
        "regarding.kind=Pod",
    ]
