"""What this gateway knows of its replicas from using them: chats in flight, and fresh refusals."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager


class ReplicaLoads:
    """Counts by replica id; holds only replicas that are in use or were just set aside.

    ``clock`` gives monotonic seconds; a replica stays set aside for ``eject_seconds``.
    """

    def __init__(self, clock: Callable[[], float], eject_seconds: float = 2.0) -> None:
        self._clock = clock
        self._eject_seconds = eject_seconds
        self._in_flight: Counter[str] = Counter()
        self._until: dict[str, float] = {}

    @property
    def in_flight(self) -> Mapping[str, int]:
        """Chats now running, by replica id."""
        return self._in_flight

    @contextmanager
    def using(self, replica_id: str) -> Iterator[None]:
        """Counts one chat for as long as the block runs."""
        self._in_flight[replica_id] += 1
        try:
            yield
        finally:
            self._in_flight[replica_id] -= 1
            if not self._in_flight[replica_id]:
                del self._in_flight[replica_id]

    def set_aside(self, replica_id: str) -> None:
        """The replica refused a connection: prefer others for a short while."""
        self._until[replica_id] = self._clock() + self._eject_seconds

    def refusing(self) -> Collection[str]:
        """Replicas that are set aside now."""
        if self._until:
            now = self._clock()
            self._until = {key: until for key, until in self._until.items() if until > now}
        return self._until.keys()
