"""Which sessions were ended, for all gateways: the shared store's answer, and what to do without.

store there    -> a session that was ended anywhere is over here at once
store away     -> keys and sessions need no store, so people can still sign in and look what is
                  wrong; a session is over if this gateway knows that it was ended
signed out     -> over here at once; the store is told, or told again when it is back
store is back  -> it is told all that is known here: it may have lost its memory
nothing amiss  -> it is told all the same, every few seconds: it may have been emptied, started anew
                  or replaced by a replica that is behind, and nobody was asking at that moment
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    SessionEnd,
    SessionRef,
    StoreAway,
    StoreRefused,
)
from quarterdeck_gateway.admission.session_ends import SessionEnds
from quarterdeck_gateway.errors import Unavailable

REPEATED_SECONDS: Final = 5.0

log = structlog.get_logger(__name__)


class SessionBook:
    """Implements EndedSessions (identity/sessions) over a store; ``run`` must be running for it to
    be told what it missed."""

    def __init__(
        self,
        store: AdmissionStore,
        breaker: Breaker,
        *,
        now: Callable[[], float] = time.time,
        repeated_seconds: float = REPEATED_SECONDS,
    ) -> None:
        self._store = store
        self._breaker = breaker
        self._known = SessionEnds(now)
        self._now = now
        self._repeated_seconds = repeated_seconds

    async def is_ended(self, session: SessionRef) -> bool:
        """Whether somebody has ended it. One round trip at most; none while the store is away."""
        if self._known.include(session):
            return True
        if not self._breaker.closed:
            return False
        try:
            ended = await self._store.session_ended(session)
        except StoreAway as away:
            self._breaker.trip(away)
            return False
        if ended:
            self._known.note(_end_of(session, self._now()))
        return ended

    async def end(self, session: SessionRef, at: float) -> None:
        """It is over here from now on, and elsewhere as soon as the store can be told."""
        end = _end_of(session, at)
        self._known.note(end)
        if not self._breaker.closed:
            return
        try:
            await self._store.end_sessions((end,))
        except StoreAway as away:
            self._breaker.trip(away)

    async def end_all(self, session: SessionRef, at: float, until: float) -> None:
        """This one and all others of its owner that began up to ``at`` are over, everywhere.

        Raises Unavailable, and has ended none, when the store cannot be told.
        """
        ends = (SessionEnd(session.owner, None, at, until), _end_of(session, at))
        if not self._breaker.closed:
            raise _away()
        try:
            await self._store.end_sessions(ends)
        except StoreAway as away:
            self._breaker.trip(away)
            raise _away() from away
        for end in ends:
            self._known.note(end)

    async def run(self) -> None:
        """Tell the store what it missed or forgot, until cancelled."""
        while True:
            with suppress(TimeoutError):
                # Not wait_for, which swallows a cancellation that comes with the opening.
                async with asyncio.timeout(self._repeated_seconds):
                    await self._breaker.wait_open()
            await self._breaker.wait_closed()
            try:
                await self._store.end_sessions(self._known.all())
            except StoreRefused as refused:
                log.error("ended sessions not told", error=str(refused))
            except StoreAway as away:
                self._breaker.trip(away)


def _end_of(session: SessionRef, at: float) -> SessionEnd:
    return SessionEnd(session.owner, session.id, at, session.ends_at)


def _away() -> Unavailable:
    return Unavailable(
        "The sessions of other gateways cannot be ended now, because the limits store is away. "
        "Try again in a moment; to be sure at once, revoke the API key.",
        retry_after=1,
    )
