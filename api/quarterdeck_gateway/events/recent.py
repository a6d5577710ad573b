"""Answers that are good for a few seconds: whoever asks for the same in that time gets the same,
and who asks while one is under way waits for it.

Many people look at one page; what is behind it is asked once, and never for all keys at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

AT_ONCE: Final = 3

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class _Flight(Generic[V]):
    answer: "asyncio.Task[V]"
    started: float


class Recent(Generic[K, V]):
    """Answers of ``ask`` by key, kept for ``seconds``; one ``ask`` may take ``timeout`` seconds,
    and no more than ``at_once`` run together. A failure is told to all who wait for it, and not
    kept."""

    def __init__(
        self,
        ask: Callable[[K], Awaitable[V]],
        *,
        seconds: float,
        timeout: float,
        at_once: int = AT_ONCE,
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._timeout = timeout
        self._room = asyncio.Semaphore(at_once)
        self._flights: dict[K, _Flight[V]] = {}

    async def get(self, key: K) -> V:
        """The answer for ``key``; raises what ``ask`` raised, or TimeoutError."""
        now = asyncio.get_running_loop().time()
        self._forget(now)
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(asyncio.create_task(self._answer(key)), now)
            flight.answer.add_done_callback(_heard)
            self._flights[key] = flight
        # Whoever leaves must not take the answer away from the others.
        return await asyncio.shield(flight.answer)

    async def _answer(self, key: K) -> V:
        async with self._room, asyncio.timeout(self._timeout):
            return await self._ask(key)

    def _forget(self, now: float) -> None:
        for key, flight in list(self._flights.items()):
            done = flight.answer.done()
            if done and (now - flight.started >= self._seconds or _failed(flight.answer)):
                del self._flights[key]


def _failed(answer: "asyncio.Task[Any]") -> bool:
    return answer.cancelled() or answer.exception() is not None


def _heard(answer: "asyncio.Task[Any]") -> None:
    """Take note of a failure: perhaps nobody waits for it any more."""
    _failed(answer)
