"""``quarterdeck migrate``: done, or one line that says what to do."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from quarterdeck_gateway.database.command import AWAY, FAILED, VARIABLE, main, register
from quarterdeck_gateway.database.schema import REVISIONS
from support.postgres_servers import PostgresServer


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return app


def test_migrates_where_the_environment_says(app: typer.Typer, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    result = CliRunner().invoke(app, ["migrate"], env={VARIABLE: url})
    assert result.exit_code == 0, result.output
    assert result.stdout == f"the schema is at {REVISIONS[-1]}\n"
    down = CliRunner().invoke(app, ["migrate", "--database", url, "--revision", "base"])
    assert down.stdout == "the schema is at base\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, f"--database or {VARIABLE}"),
        (["--database", "mysql://u:secret@host/x"], 2, "postgresql://user:password@host/name"),
        (["--database", "postgresql://u:secret@127.0.0.1:1/x"], 1, "Connect"),
        (["--database", "sqlite:////proc/x/y.db"], 1, "cannot make"),
    ],
)
def test_says_what_is_wrong(
    app: typer.Typer, arguments: list[str], code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    result = CliRunner().invoke(app, ["migrate", *arguments])
    assert result.exit_code == code
    assert result.stderr.startswith("error: ")
    assert words in result.stderr
    assert "secret" not in result.stderr


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of the command that a gateway's image has."""
    monkeypatch.setattr(sys, "argv", ["python -m quarterdeck_gateway.database", *arguments])
    return main()


def test_the_check_tells_a_database_that_is_away_from_one_that_is_wrong(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    assert asked(monkeypatch, "--check", "--database", url) == FAILED
    assert asked(monkeypatch, "--check", "--database", postgres.url("nobody_made_this")) == FAILED
    assert asked(monkeypatch, "--database", url) == 0
    assert asked(monkeypatch, "--check", "--database", url) == 0
    waiting = [sys.executable, "-m", "quarterdeck_gateway.database", "--wait", "--database", url]
    assert subprocess.run(waiting, check=False, timeout=90).returncode == 0
    away = "postgresql://u:p@127.0.0.1:1/x"
    assert asked(monkeypatch, "--check", "--database", away) == AWAY


def test_a_signal_ends_the_wait() -> None:
    command = [sys.executable, "-m", "quarterdeck_gateway.database", "--wait"]
    away = os.environ | {VARIABLE: "postgresql://u:p@127.0.0.1:1/x"}
    with subprocess.Popen(command, env=away, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr is not None
        assert "waiting: the database does not answer: Connect" in waiting.stderr.readline()
        waiting.send_signal(signal.SIGTERM)
        assert waiting.wait(60) == 128 + signal.SIGTERM
