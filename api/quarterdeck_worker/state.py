"""What the process knows about itself: whether it may be sent chats, and how many it has."""

import asyncio
from dataclasses import dataclass, field

from quarterdeck_worker.runs import Runner


@dataclass
class WorkerState:
    """Written by the server's life cycle and the chats, read by the probes."""

    runner: Runner | None = None
    draining: bool = False
    inflight: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def not_ready(self) -> str | None:
        """Why no chat should be sent here, or None."""
        if self.draining:
            return "draining: the worker is about to stop"
        if self.runner is None:
            return "loading: the model is not loaded yet"
        return None

    def enter(self) -> None:
        self.inflight += 1
        self._idle.clear()

    def leave(self) -> None:
        self.inflight -= 1
        if self.inflight == 0:
            self._idle.set()

    async def idle(self) -> None:
        """Returns when no chat is running."""
        if self.inflight:
            await self._idle.wait()
