"""The Events of a laptop: the last things that happened to each resource, for ``describe``.

They are kept apart from the store, where each would wake every subscriber.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from quarterdeck_contract.names import API_VERSION
from quarterdeck_local.store import utc_now
from quarterdeck_operator.cluster.port import Manifest, Note

KEPT: Final = 500


class Journal:
    """The last notes, oldest first."""

    def __init__(self, *, now: Callable[[], str] = utc_now) -> None:
        self._now = now
        self._notes: deque[tuple[str, Note]] = deque(maxlen=KEPT)
        self._written = 0

    def write(self, note: Note) -> None:
        """Add a note."""
        self._written += 1
        self._notes.append((self._now(), note))

    def events(self, namespace: str | None = None) -> list[Manifest]:
        """As objects of ``events.k8s.io/v1``, oldest first."""
        first = self._written - len(self._notes)
        return [
            _event(first + index, time, note)
            for index, (time, note) in enumerate(self._notes)
            if namespace in (None, note.regarding.namespace)
        ]


def _event(number: int, time: str, note: Note) -> Manifest:
    regarding = note.regarding
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {
            "name": f"{regarding.name}.{number:x}",
            "namespace": regarding.namespace,
            "creationTimestamp": time,
        },
        "eventTime": time,
        "type": note.type,
        "reason": note.reason,
        "note": note.message,
        "regarding": {
            "apiVersion": API_VERSION,
            "kind": regarding.kind,
            "namespace": regarding.namespace,
            "name": regarding.name,
            "uid": note.uid,
        },
    }
