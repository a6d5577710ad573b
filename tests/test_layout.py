"""House rules that a reader can rely on because they are checked."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES = 300
MOST_FUNCTION_LINES = 50
JUNK_DRAWERS = {"utils", "helpers", "common", "core", "misc"}


@cache
def _tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


def _sources() -> Iterator[Path]:
    for path in _tracked():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("api", "operator"):
            yield path


def test_folders_that_must_not_be_packages() -> None:
    """An ``__init__.py`` in operator/ would shadow Python's own module of that name."""
    for folder in ("operator", "api"):
        assert not (ROOT / folder / "__init__.py").exists()
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("path", tuple(_sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_say_why_they_exist_and_stay_small(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module docstring says why the module exists"
    assert text.count("\n") <= MOST_LINES, "which second thing does this file do?"
    assert path.stem not in JUNK_DRAWERS
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MOST_FUNCTION_LINES, f"{node.name} has {length} lines"


def test_every_setting_stands_in_the_example() -> None:
    from quarterdeck_gateway.settings import Settings as GatewaySettings
    from quarterdeck_operator.settings import Settings as OperatorSettings
    from quarterdeck_worker.settings import WorkerSettings

    example = (ROOT / ".env.example").read_text()
    listed = {line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line}
    for settings in (GatewaySettings, OperatorSettings, WorkerSettings):
        prefix = settings.model_config.get("env_prefix", "")
        for name in settings.model_fields:
            assert f"{prefix}{name}".upper() in listed, f"{settings.__module__}: {name}"


def test_nothing_of_one_machine_is_committed() -> None:
    forbidden = (
        "/wo" + "rk/",
        "/ro" + "ot/",
        "pypi" + ".org",
        "registry.npm" + "js",
        "file" + "s.pythonhosted",
    )
    for path in _tracked():
        if path.suffix in {".png", ".gz"} or path == ROOT / ".ci" / "run":
            continue
        text = path.read_text(errors="ignore")
        found = [word for word in forbidden if word in text]
        assert not found, f"{path.relative_to(ROOT)} names {found}"
