"""Errors of the database, named by what whoever called does next.

DatabaseError
├── DatabaseAway       it did not answer, or cannot work now: keep the data and try again
│   └── NotLetIn       it answers, and refuses this user, password or database's name
├── DatabaseRefused    it will never take this data: set the data aside
├── BadDatabaseUrl     somebody has to correct the setting
└── SchemaMismatch     somebody has to run ``quarterdeck migrate``, or another release of it
"""

import sqlite3
from typing import Final

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

_REFUSING_CLASSES: Final = ("22", "23")
"""SQLSTATE: data exceptions and violated constraints; everything else may pass with time."""
_LOGIN_CLASSES: Final = ("28", "3D")
"""SQLSTATE: who asks is unknown or has the wrong password; there is no database of that name."""


class DatabaseError(Exception):
    """Root of what goes wrong with the database; the text holds no secret and no data."""


class DatabaseAway(DatabaseError):
    """No answer, or none that is final: the same question may be answered later."""


class NotLetIn(DatabaseAway):
    """Away for whoever asks; somebody has to correct the URL, or the database's users."""


class DatabaseRefused(DatabaseError):
    """The data itself cannot be stored."""


class BadDatabaseUrl(DatabaseError):
    """Nothing can be opened by this URL; the text says why, without its password."""


class SchemaMismatch(DatabaseError):
    """The schema is not the one this release works with; the text says what to do."""


def translated(exc: Exception) -> DatabaseError:
    """What an exception of SQLAlchemy or of a driver means to us."""
    cause = getattr(exc, "orig", None) or exc
    words = str(cause).strip().splitlines()[:1]
    text = f"{type(cause).__name__}: {words[0]}" if words else type(cause).__name__
    if _is_refusal(exc, cause):
        return DatabaseRefused(text)
    return NotLetIn(text) if _state(cause).startswith(_LOGIN_CLASSES) else DatabaseAway(text)


def _state(cause: Exception) -> str:
    """PostgreSQL's word for what happened; empty when nothing of it was heard."""
    found = getattr(cause, "sqlstate", None)
    return found if isinstance(found, str) else ""


def _is_refusal(exc: Exception, cause: Exception) -> bool:
    if isinstance(exc, OverflowError | DataError | IntegrityError):
        return True
    if state := _state(cause):
        return state.startswith(_REFUSING_CLASSES)
    # A value that the driver itself cannot encode never reached the server and has no SQLSTATE.
    return isinstance(cause.__cause__, ValueError | sqlite3.IntegrityError)


FOREIGN: Final = (SQLAlchemyError, OSError, OverflowError)
"""What talking to a database may raise."""
