"""Waits, before a gateway starts, for a database of this release's schema: not for ever.

At an installation database, migrations and gateways start together, and whoever waits here spares
them all a start that fails. Later a gateway may have to start while the database is away: it serves
chats without it, so a node that is lost in that hour must not cost a gateway.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway, DatabaseError, NotLetIn
from quarterdeck_gateway.database.schema import check_schema

PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds."""

    away: float = 120.0
    """For an answer, from the beginning; then a gateway starts without."""
    other_schema: float = 60.0
    """For somebody else to migrate, from the first answer; then it is done here."""
    at_all: float = 300.0
    """For what only people can mend, from the first answer; then waiting has failed."""


class Found(Enum):
    """How the database is found."""

    FIT = auto()
    AWAY = auto()
    NOT_LET_IN = auto()
    OTHER_SCHEMA = auto()


class Step(Enum):
    """What to do about it."""

    START = auto()
    WAIT = auto()
    MIGRATE = auto()
    GIVE_UP = auto()


def next_step(found: Found, waited: float, answered: float, patience: Patience) -> Step:
    """``waited`` seconds since the beginning, ``answered`` since the first answer. Pure."""
    if found is Found.FIT:
        return Step.START
    if found is Found.AWAY:
        return Step.START if waited >= patience.away else Step.WAIT
    if answered >= patience.at_all:
        return Step.GIVE_UP
    if found is Found.OTHER_SCHEMA and answered >= patience.other_schema:
        return Step.MIGRATE
    return Step.WAIT


class Waiting:
    """One wait for ``database``; ``say`` hears a line whenever something is new."""

    def __init__(
        self,
        database: Database,
        say: Callable[[str], None],
        patience: Patience,
        *,
        pause: float = PAUSE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._say = say
        self._patience = patience
        self._pause = pause
        self._monotonic = monotonic
        self._said = ""

    async def until_a_gateway_may_start(self) -> bool:
        """False when people have to mend something first."""
        began = self._monotonic()
        first_answer: float | None = None
        while True:
            found = await self._look()
            now = self._monotonic()
            if found is not Found.AWAY and first_answer is None:
                first_answer = now
            answered = 0.0 if first_answer is None else now - first_answer
            step = next_step(found, now - began, answered, self._patience)
            if step is Step.START or step is Step.GIVE_UP:
                return step is Step.START
            if step is Step.MIGRATE:
                await self._migrate()
            await asyncio.sleep(self._pause)

    async def _look(self) -> Found:
        try:
            await check_schema(self._database)
        except NotLetIn as exc:
            return self._told(Found.NOT_LET_IN, exc)
        except DatabaseAway as exc:
            return self._told(Found.AWAY, exc, "the database does not answer: ")
        except DatabaseError as exc:
            return self._told(Found.OTHER_SCHEMA, exc)
        return Found.FIT

    async def _migrate(self) -> None:
        from quarterdeck_gateway.database.migrate import migrate

        try:
            await migrate(self._database)
        except DatabaseError as exc:
            self._told(Found.OTHER_SCHEMA, exc)

    def _told(self, found: Found, exc: DatabaseError, before: str = "") -> Found:
        line = f"{before}{exc}"
        if line != self._said:
            self._said = line
            self._say(line)
        return found
