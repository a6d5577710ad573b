"""An upstream that answers from a script: for tests of decisions, without a socket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from quarterdeck_gateway.errors import ReplicaError
from quarterdeck_gateway.routing.registry import Replica
from quarterdeck_gateway.upstream.port import UpstreamRequest


@dataclass
class FakeAnswer:
    """Gives ``pieces`` one by one; an exception among them is raised in its turn."""

    pieces: Sequence[bytes | ReplicaError] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    closed: bool = False
    _given: int = 0

    async def chunk(self) -> bytes:
        if self._given >= len(self.pieces):
            return b""
        piece = self.pieces[self._given]
        self._given += 1
        if isinstance(piece, ReplicaError):
            raise piece
        return piece

    def close(self) -> None:
        self.closed = True


class FakeUpstream:
    """Answers as ``script`` says for each replica, and remembers what it was asked."""

    def __init__(self, script: Callable[[Replica], FakeAnswer | ReplicaError]) -> None:
        self._script = script
        self.requests: list[tuple[Replica, UpstreamRequest]] = []
        self.answers: list[FakeAnswer] = []

    async def open(self, replica: Replica, request: UpstreamRequest) -> FakeAnswer:
        self.requests.append((replica, request))
        result = self._script(replica)
        if isinstance(result, ReplicaError):
            raise result
        self.answers.append(result)
        return result

    async def close(self) -> None:
        """Nothing is open."""
