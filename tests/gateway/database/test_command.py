"""``quarterdeck migrate``: done, or one line that says what to do."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from quarterdeck_gateway.database.command import VARIABLE, register
from quarterdeck_gateway.database.schema import REVISIONS


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
