"""Events of an agent for people: equal ones together, newest first, not too many. Pure but for the
reading."""

from collections.abc import Iterable
from typing import Final

from quarterdeck_gateway.agents.schemas import EventList, EventView
from quarterdeck_gateway.agents.service import found
from quarterdeck_gateway.events.port import EventReader, SeenEvent
from quarterdeck_gateway.routing.registry import Registry

MOST: Final = 100


async def list_events(
    registry: Registry, reader: EventReader, namespace: str, name: str
) -> EventList:
    """What happened to an agent lately. Raises ModelNotFound, Unavailable."""
    found(registry, namespace, name)
    return EventList(items=grouped(await reader.events(namespace, name)))


def grouped(events: Iterable[SeenEvent]) -> list[EventView]:
    """Events of one object with equal type, reason and message as one, newest first."""
    groups: dict[tuple[str, str, str, str], list[SeenEvent]] = {}
    for event in events:
        key = event.object, event.type, event.reason, event.message
        groups.setdefault(key, []).append(event)
    views = [_view(group) for group in groups.values()]
    views.sort(key=lambda view: view.last_seen or "", reverse=True)
    return views[:MOST]


def _view(group: list[SeenEvent]) -> EventView:
    first = min((event.first_seen or event.last_seen for event in group), default="")
    last = max(event.last_seen or event.first_seen for event in group)
    one = group[0]
    return EventView(
        type=one.type,
        reason=one.reason,
        message=one.message,
        count=sum(event.count for event in group),
        first_seen=first or None,
        last_seen=last or None,
        object=one.object,
    )
