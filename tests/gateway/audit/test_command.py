"""The audit log verified from the command line, without a gateway."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import delete

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_gateway.audit.command import run
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.database.tables import audit_events
from support.audit_logs import PEPPER, new_log

TEXT = PEPPER.decode()


async def _write(url: str, spool: Path) -> None:
    database = Database.open(url)
    await migrate(database)
    log = new_log(database, spool, CollectorRegistry())
    for number in range(3):
        log.append(
            AuditEvent(
                action=AuditAction.KEY_CREATED,
                actor="admin",
                subject=f"ApiKey/default/{number}",
                at="2026-11-23T00:00:00.000Z",
            )
        )
    await log.flush()
    await log.close(5)
    await database.close()


async def _remove(url: str, seq: int) -> None:
    database = Database.open(url)
    async with database.write() as connection:
        await connection.execute(delete(audit_events).where(audit_events.c.seq == seq))
    await database.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path}/audit.db"
    asyncio.run(_write(found, tmp_path / "spool"))
    return found


def test_a_whole_log_gives_a_checkpoint_that_holds(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(url, TEXT, None) == 0
    said = capsys.readouterr().out
    assert "whole: 3 events" in said
    checkpoint = said.split("checkpoint ")[1].strip()
    assert checkpoint.startswith("3:")
    assert run(url, TEXT, checkpoint) == 0


def test_a_removed_row_is_named(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_remove(url, 2))
    assert run(url, TEXT, None) == 1
    assert "tampered with: row 2" in capsys.readouterr().err


def test_another_pepper_proves_nothing(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(url, "q" * 32, None) == 1
    assert "tampered" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pepper", "checkpoint", "words"),
    [("short", None, "QUARTERDECK_KEY_PEPPER"), (TEXT, "nonsense", "--checkpoint")],
)
def test_wrong_usage(
    url: str,
    pepper: str,
    checkpoint: str | None,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(url, pepper, checkpoint) == 2
    assert words in capsys.readouterr().err
