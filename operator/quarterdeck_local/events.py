"""The gateway's view of a laptop's journal, and of the control plane in the same process."""

from collections.abc import Sequence

from quarterdeck_gateway.events.objects import belongs_to, seen_event
from quarterdeck_gateway.events.port import SeenEvent
from quarterdeck_gateway.system.control_plane import OperatorPresence, OperatorState, WatchState
from quarterdeck_local.journal import Journal


class LocalEvents:
    """An ``EventReader`` over the journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def events(self, namespace: str, agent: str) -> Sequence[SeenEvent]:
        return [
            seen_event(event)
            for event in self._journal.events(namespace)
            if belongs_to(agent, event["regarding"])
        ]


class LocalControlPlane:
    """A ``ControlPlane`` that needs no watches and is there for as long as the gateway is: when
    the reconcilers end, so does the process."""

    def watches(self) -> Sequence[WatchState]:
        return ()

    async def operator(self) -> OperatorState:
        return OperatorState(OperatorPresence.LEADING, "it runs in this process")
