"""Ended sessions in the memory of one process: what a store in memory has, and what each gateway
knows by itself while the shared store is away.
"""

from collections.abc import Callable
from typing import Final

from quarterdeck_gateway.admission.port import ENDS_OF_ONE_OWNER, SessionEnd, SessionRef

_CLEARED_EVERY: Final = 600.0


class SessionEnds:
    """Remembers ends until they say no more than the sessions' own time; ``now`` tells seconds
    since the epoch."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ends: dict[str, dict[str | None, SessionEnd]] = {}
        self._cleared_at = now()

    def note(self, end: SessionEnd) -> None:
        """Remember it; see AdmissionStore.end_sessions."""
        if self._now() - self._cleared_at > _CLEARED_EVERY:
            self._clear()
        known = self._of(end.owner)
        if end.session is not None and (end.session in known or len(known) < ENDS_OF_ONE_OWNER):
            self._ends[end.owner] = known | {end.session: end}
        else:
            self._ends[end.owner] = {None: _together(end, *known.values())}

    def include(self, session: SessionRef) -> bool:
        """Whether it was ended."""
        known = self._ends.get(session.owner)
        if known is None:
            return False
        everything = known.get(None)
        if everything is not None and session.began_at <= everything.at:
            return True
        return session.id in known

    def all(self) -> list[SessionEnd]:
        """Those that still matter."""
        self._clear()
        return [end for known in self._ends.values() for end in known.values()]

    def _of(self, owner: str) -> dict[str | None, SessionEnd]:
        now = self._now()
        known = self._ends.get(owner, {})
        return {session: end for session, end in known.items() if end.until > now}

    def _clear(self) -> None:
        self._cleared_at = self._now()
        left = {owner: self._of(owner) for owner in self._ends}
        self._ends = {owner: known for owner, known in left.items() if known}


def _together(*ends: SessionEnd) -> SessionEnd:
    """All sessions of the owner, instead of these."""
    at = max(end.at for end in ends)
    return SessionEnd(ends[0].owner, None, at, max(end.until for end in ends))
