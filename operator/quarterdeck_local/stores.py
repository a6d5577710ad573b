"""Where limits are counted and the ledger is kept: in the home, unless the environment says where.

A laptop needs no servers, so a Valkey of its own and a SQLite file do. One host that serves people
names a Redis and a PostgreSQL instead, by the same settings as any gateway.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from quarterdeck_local.home import Home
from quarterdeck_local.process import Lifeline
from quarterdeck_local.valkey import Valkey

ENV_REDIS: Final = "QUARTERDECK_REDIS_URL"
ENV_DATABASE: Final = "QUARTERDECK_DATABASE_URL"


@dataclass(frozen=True)
class Stores:
    """What is ready for the gateway. ``runs`` keep alive what was started here."""

    redis_url: SecretStr
    database_url: SecretStr
    runs: tuple[Callable[[], Awaitable[None]], ...] = ()


async def opened_stores(
    home: Home, lifeline: Lifeline, environment: Mapping[str, str], stack: AsyncExitStack
) -> Stores:
    """The named servers, else those of the home, which end with ``stack``. Raises CannotStart."""
    database = environment.get(ENV_DATABASE) or f"sqlite:///{home.ledger.resolve()}"
    if named := environment.get(ENV_REDIS):
        return Stores(SecretStr(named), SecretStr(database))
    valkey = await stack.enter_async_context(
        Valkey(home.valkey_directory, home.log_directory / "valkey.log", lifeline)
    )
    return Stores(SecretStr(valkey.url), SecretStr(database), (valkey.run,))
