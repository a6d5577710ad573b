"""Story: records that were set aside come back by the very commands of the runbook."""

import re
import subprocess
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from quarterdeck_contract.usage import UsageRecord
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.rows import line_of, record_of
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND, SqlLedger
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import usage_records
from quarterdeck_gateway.logs import _for_machines
from support.audit_logs import event, new_log, subjects
from support.usage import usage_record

ROOT = Path(__file__).parents[3]
RUNBOOK = (ROOT / "docs/runbooks/QuarterdeckRecordsLost.md").read_text()
IN_A_POD = "/var/lib/quarterdeck/spool"


def _typed(spool: Path, kind: str, file: Path) -> None:
    """What a person types into a gateway's pod, with this folder as the pod's."""
    (program,) = re.findall(r"-- sh -c '(set -e;[^']+)' sh KIND FILE < FILE", RUNBOOK)
    assert IN_A_POD in program
    command = ["sh", "-c", program.replace(IN_A_POD, str(spool)), "sh", kind, file.name]
    with file.open("rb") as content:
        subprocess.run(command, stdin=content, check=True)


async def _stored(database: Database) -> list[UsageRecord]:
    async with database.read() as connection:
        rows = await connection.execute(select(usage_records).order_by(usage_records.c.id))
        return [record_of(dict(row)) for row in rows.mappings()]


def _ledger(database: Database, spool: Path) -> SqlLedger:
    return SqlLedger(database, Spool(spool, SPOOL_KIND), DrainMetrics(CollectorRegistry()))


async def test_records_that_were_set_aside_come_back_once(
    database: Database, spool_directory: Path, tmp_path: Path
) -> None:
    records = [usage_record(id=f"{number}") for number in range(3)]
    spool = Spool(spool_directory, SPOOL_KIND)
    for record in records:
        spool.reject(record.id, line_of(record))
    spool.close()
    copied = (spool_directory / "rejected-usage.jsonl").rename(tmp_path / "rejected-usage-a.jsonl")
    for _ in range(2):
        _typed(spool_directory, SPOOL_KIND, copied)
        ledger = _ledger(database, spool_directory)
        await ledger.flush()
        await ledger.close()
        assert await _stored(database) == records
    assert list(spool_directory.iterdir()) == [], "nothing is left to deliver"


async def test_a_gateway_that_runs_finds_what_is_handed_back(
    database: Database, spool_directory: Path, tmp_path: Path
) -> None:
    spool = Spool(spool_directory, SPOOL_KIND)
    record = usage_record()
    copied = tmp_path / "rejected-usage-a.jsonl"
    copied.write_bytes(line_of(record) + b"\n")
    _typed(spool_directory, SPOOL_KIND, copied)
    assert spool.adopt() == 1
    batch = spool.take(10)
    assert batch is not None
    assert batch.records == (line_of(record),)
    spool.close()


async def test_audit_events_follow_the_end_of_the_log(
    database: Database, spool_directory: Path, tmp_path: Path
) -> None:
    aside = tmp_path / "aside"
    log = new_log(database, aside, CollectorRegistry())
    log.append(event(1))
    lines = b"".join(path.read_bytes() for path in aside.rglob("*.jsonl"))
    copied = tmp_path / "rejected-audit-a.jsonl"
    copied.write_bytes(lines)
    later = new_log(database, spool_directory, CollectorRegistry())
    later.append(event(2))
    await later.flush()
    await later.close()
    for _ in range(2):
        _typed(spool_directory, "audit", copied)
        again = new_log(database, spool_directory, CollectorRegistry())
        await again.flush()
        await again.close()
    assert await subjects(database) == ["ApiKey/team-a/2", "ApiKey/team-a/1"]
    await log.close()


async def test_what_the_log_says_of_a_lost_record_is_a_line(
    database: Database, spool_directory: Path, tmp_path: Path
) -> None:
    record = usage_record(model=None)
    kept = tmp_path / "LOG"
    with kept.open("w") as file:
        file.write("[pod/quarterdeck-gateway-0/gateway] ")
        log = structlog.wrap_logger(
            structlog.PrintLogger(file),
            processors=[structlog.processors.add_log_level, *_for_machines()],
        )
        try:
            raise OSError("no room")
        except OSError:
            log.exception("usage record lost", **record.manifest())
    (command,) = re.findall(r"`(grep 'usage record lost' LOG [^`]+)`", RUNBOOK)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    spool_directory.mkdir()
    _typed(spool_directory, SPOOL_KIND, tmp_path / "lost.jsonl")
    ledger = _ledger(database, spool_directory)
    await ledger.flush()
    await ledger.close()
    assert await _stored(database) == [record]
