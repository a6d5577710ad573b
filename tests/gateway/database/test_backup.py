"""Story: a backup of PostgreSQL comes back by the very commands of docs/operations.md."""

import re
import secrets
import shlex
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.audit.chain import Checkpoint
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from support.audit_logs import event, new_log, subjects, verified
from support.postgres_servers import PostgresServer, binaries

PAGE = (Path(__file__).parents[3] / "docs/operations.md").read_text()
IN_THE_POD = re.compile(r"^ *\$ kubectl exec .*?sts/quarterdeck-postgres -- (.+)$", re.M)


def _section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


class Shell:
    """Types what the page says into a pod of PostgreSQL, with one of the server's databases for the
    installation's own."""

    def __init__(self, server: PostgresServer, name: str, folder: Path) -> None:
        self._server = server
        self._names = {
            "quarterdeck": name,
            "restored": f"{name}_new",
            "before_restore": f"{name}_old",
        }
        self._folder = folder

    def type(self, title: str) -> None:
        """All commands of that section that run in the pod, in their order."""
        found = IN_THE_POD.findall(_section(title))
        assert found
        for line in found:
            self._run(line)

    def _run(self, line: str) -> None:
        line = line.replace("-U quarterdeck", f"-U postgres -h {self._server.directory}")
        line = re.sub(r"\b(?<![./])(\w+)\b(?!\.)", self._renamed, line)
        program, _, rest = line.partition(" ")
        command = f"{shlex.quote(str(binaries() / program))} {rest}"
        subprocess.run(["sh", "-c", command], cwd=self._folder, check=True, capture_output=True)

    def _renamed(self, word: re.Match[str]) -> str:
        return self._names.get(word[1], word[1])


async def _open(url: str, spool: Path) -> tuple[Database, SqlAuditLog]:
    database = Database.open(url)
    await migrate(database)
    return database, new_log(database, spool, CollectorRegistry())


async def _written(log: SqlAuditLog, *numbers: int) -> None:
    for number in numbers:
        log.append(event(number))
    await log.flush()


@pytest.fixture
def name() -> str:
    return f"test_{secrets.token_hex(4)}"


async def test_the_database_comes_back_as_it_was(
    postgres: PostgresServer, tmp_path: Path, name: str
) -> None:
    postgres.create_database(name)
    database, log = await _open(postgres.url(name), tmp_path / "spool")
    await _written(log, 1, 2)
    noted = (await verified(database)).checkpoint
    assert noted is not None
    shell = Shell(postgres, name, tmp_path)
    shell.type("Backup")
    await _written(log, 3)
    younger = (await verified(database)).checkpoint
    await log.close()
    await database.close()
    shell.type("Restore")

    database, log = await _open(postgres.url(name), tmp_path / "spool")
    assert await _told(database, noted) == ("whole", 2)
    assert (await _told(database, younger))[0] == "broken", "older than it should be"
    await _written(log, 4)
    assert await _told(database, None) == ("whole", 3)
    assert await subjects(database) == [f"ApiKey/team-a/{number}" for number in (1, 2, 4)]
    await log.close()
    await database.close()
    old = Database.open(postgres.url(f"{name}_old"))
    assert await _told(old, younger) == ("whole", 3), "what was there is kept until it is dropped"
    await old.close()


async def test_a_gateway_that_runs_meanwhile_marks_the_chain_as_broken(
    postgres: PostgresServer, tmp_path: Path, name: str
) -> None:
    postgres.create_database(name)
    database, log = await _open(postgres.url(name), tmp_path / "spool")
    await _written(log, 1)
    shell = Shell(postgres, name, tmp_path)
    shell.type("Backup")
    await _written(log, 2)
    await database.engine.dispose()
    shell.type("Restore")
    await _written(log, 3)
    assert (await _told(database, None))[0] == "broken"
    await log.close()
    await database.close()


async def _told(database: Database, noted: Checkpoint | None) -> tuple[str, int]:
    report = await verified(database, noted)
    return ("broken" if report.problem else "whole"), report.rows
