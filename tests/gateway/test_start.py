"""What a gateway loads before it serves: each of these costs every pod time and memory for ever."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quarterdeck_gateway import collector
from support.declared import PEPPER

LATER = (
    "aiosqlite",
    "alembic",
    "asyncpg",
    "cryptography",
    "genai_prices",
    "jwt",
    "kubernetes",
    "opentelemetry.exporter",
    "opentelemetry.sdk",
    "requests",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "toktok",
)
"""Loaded where they are needed: a database's driver, an issuer's tokens, traces, prices, counts."""
FOREIGN = ("quarterdeck_cli", "quarterdeck_local", "quarterdeck_operator", "quarterdeck_worker")
"""Other planes, which a gateway's image does not even hold."""


OPEN_DATABASE = """
import asyncio, sys
from contextlib import AsyncExitStack
from quarterdeck_gateway.books import open_database
from quarterdeck_gateway.settings import Settings

async def opened():
    async with AsyncExitStack() as stack:
        await open_database(Settings(), stack)

asyncio.run(opened())
print("alembic" in sys.modules)
"""


def printed(program: str, folder: Path, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environ},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def loaded_by(module: str, unwanted: tuple[str, ...], folder: Path) -> str:
    return printed(
        f"import sys, {module}; print([m for m in {unwanted!r} if m in sys.modules])", folder
    )


def test_a_gateway_of_a_cluster_loads_nothing_that_its_settings_may_not_need(
    tmp_path: Path,
) -> None:
    assert loaded_by("quarterdeck_gateway.main", (*LATER, *FOREIGN), tmp_path) == "[]"


def test_standalone_loads_nothing_of_a_cluster_and_no_worker(tmp_path: Path) -> None:
    # It opens SQLite at once and counts for a Budget, so only what it may never need is unwanted.
    unwanted = (
        "alembic",
        "asyncpg",
        "genai_prices",
        "kopf",
        "kubernetes",
        "opentelemetry.sdk",
        "quarterdeck_worker",
        "sqlalchemy.dialects.postgresql",
        "toktok",
    )
    assert loaded_by("quarterdeck_local.up", unwanted, tmp_path) == "[]"


def test_the_console_script_pauses_the_collector_before_it_loads_the_gateway(
    tmp_path: Path,
) -> None:
    program = (
        "import gc, sys\n"
        "from quarterdeck_gateway.start import main\n"
        "assert 'quarterdeck_gateway.main' not in sys.modules\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, gc.isenabled())"
    )
    assert printed(program, tmp_path) == "2 False"


def test_only_a_start_that_changes_the_schema_loads_what_changes_it(tmp_path: Path) -> None:
    environ = {
        "QUARTERDECK_ADMIN_KEY_HASH": "0" * 64,
        "QUARTERDECK_DATABASE_URL": f"sqlite:///{tmp_path}/quarterdeck.db",
        "QUARTERDECK_KEY_PEPPER": PEPPER,
        "QUARTERDECK_MIGRATE_ON_START": "true",
        "QUARTERDECK_REDIS_URL": "redis://127.0.0.1:1",
    }
    assert [printed(OPEN_DATABASE, tmp_path, **environ) for _ in range(2)] == ["True", "False"]


def test_the_pause_ends_when_everything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    thresholds = gc.get_threshold()
    monkeypatch.setattr(gc, "freeze", lambda: None)
    collector.pause()
    assert not gc.isenabled()
    try:
        collector.keep_what_is_loaded()
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.set_threshold(*thresholds)
