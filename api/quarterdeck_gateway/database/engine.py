"""Opens a database, whichever of the two it is, and hides what differs between them.

Both get the same promise: ``write()`` is one transaction that nobody else's write comes into.
On SQLite that has to be said at its beginning, or two writers that first read would deadlock.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import orjson
from sqlalchemy import URL, Connection, Insert, Table, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from quarterdeck_gateway.database.errors import FOREIGN, BadDatabaseUrl, DatabaseAway, translated

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

CONNECT_SECONDS: Final = 5
COMMAND_SECONDS: Final = 60
BUSY_SECONDS: Final = 10
"""How long a writer of SQLite waits for another one."""
POOL_SIZE: Final = 4
POOL_OVERFLOW: Final = 6
POSTGRESQL_OPTIONS: Final = (
    "host",
    "port",
    "prepared_statement_cache_size",
    "ssl",
    "sslmode",
    "target_session_attrs",
)
"""What may stand behind the question mark; certificates are found by libpq's PGSSL... variables."""
Row = Mapping[str, Any]
_ADD_NEW: Final = (
    "INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, "
    "CAST(:rows AS jsonb)) ON CONFLICT ({key}) DO NOTHING"
)
_WRITES: Final = "quarterdeck_writes"


class Database:
    """A pool of connections; nothing connects before the first question."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_postgresql = engine.dialect.name == "postgresql"
        self.shut_because = ""
        """Why every question is answered with DatabaseAway, whatever the server would say; empty
        when it is asked."""

    @classmethod
    def open(cls, url: str) -> Self:
        """For ``postgresql://user:password@host/name`` or ``sqlite:///path``.

        Raises BadDatabaseUrl when the URL is another one, or SQLite's folder cannot be made.
        """
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError) as exc:
            raise BadDatabaseUrl("the database's URL cannot be parsed") from exc
        if parsed.drivername not in _OPENERS:
            raise BadDatabaseUrl(f"{parsed.drivername}:// is not one of {', '.join(_OPENERS)}")
        return cls(_OPENERS[parsed.drivername](parsed))

    def __repr__(self) -> str:
        return f"Database({self.engine.url.render_as_string(hide_password=True)})"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection with a transaction for reading. Raises DatabaseAway."""
        self._refuse_while_shut()
        try:
            async with self.engine.connect() as connection:
                yield connection
        except FOREIGN as exc:
            raise translated(exc) from exc

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection with a transaction, committed at the end of the block.

        SQLite has one writer at a time; on PostgreSQL take a lock where order matters.
        Raises DatabaseAway or DatabaseRefused; then nothing has been written.
        """
        self._refuse_while_shut()
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(**{_WRITES: True})
                async with connection.begin():
                    yield connection
        except FOREIGN as exc:
            raise translated(exc) from exc

    def insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT in the database's own dialect, which has ``on_conflict_...``."""
        # Each brings a tenth of a second and 3 MB, and only one of them is ever needed.
        if self.is_postgresql:
            from sqlalchemy.dialects import postgresql

            return postgresql.insert(table)
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)

    def insert_new(self, table: Table, *key: str) -> Insert:
        """An INSERT that passes over rows whose ``key`` (or any unique value) is there already."""
        return self.insert(table).on_conflict_do_nothing(index_elements=key or None)

    async def add_new(
        self, connection: AsyncConnection, table: Table, key: str, rows: Sequence[Row]
    ) -> None:
        """Insert many rows of all columns, passing over those whose ``key`` is there already."""
        if not self.is_postgresql:
            await connection.execute(self.insert_new(table, key), rows)
            return
        # One parameter, taken apart by the server: a quarter of the work of sending each value.
        statement = _ADD_NEW.format(table=table.name, key=key)
        await connection.execute(text(statement), {"rows": orjson.dumps(rows).decode()})

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    def _refuse_while_shut(self) -> None:
        if self.shut_because:
            raise DatabaseAway(self.shut_because)


def _postgresql(url: URL) -> AsyncEngine:
    if unknown := sorted(set(url.query) - set(POSTGRESQL_OPTIONS)):
        known = ", ".join(POSTGRESQL_OPTIONS)
        raise BadDatabaseUrl(f"the database's URL has {unknown[0]!r}; it may have {known}")
    url = url.set(drivername="postgresql+asyncpg")
    if "sslmode" in url.query:
        # libpq's name of it, which everybody writes; asyncpg calls it ssl.
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": COMMAND_SECONDS,
            "server_settings": {"application_name": "quarterdeck", "timezone": "UTC"},
        },
    )


def _sqlite(url: URL) -> AsyncEngine:
    path = Path(url.database or "")
    if not url.database or url.database == ":memory:":
        raise BadDatabaseUrl("sqlite needs a path: sqlite:////var/lib/quarterdeck/quarterdeck.db")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise BadDatabaseUrl(f"cannot make {path.parent}: {exc.strerror}") from exc
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        hide_parameters=True,
        # The driver begins no transactions of its own: ``_begin`` does.
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # NORMAL with WAL survives a crash of the process; after a loss of power the last
    # transactions may be gone, but the file is whole.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")


_OPENERS: Final[dict[str, Callable[[URL], AsyncEngine]]] = {
    "postgresql": _postgresql,
    "sqlite": _sqlite,
}
