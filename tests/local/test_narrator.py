import io
from pathlib import Path
from typing import Any

from rich.console import Console

from quarterdeck_local.invitation import invitation
from quarterdeck_local.narrator import Narrator


def demo(status: str, reason: str, *, stalled: bool = False) -> dict[str, Any]:
    conditions = [
        {"type": "Ready", "status": status, "reason": reason, "message": "[so] it is"},
        {"type": "Stalled", "status": "True" if stalled else "False", "reason": reason},
    ]
    return {
        "kind": "Agent",
        "metadata": {"name": "demo", "namespace": "default"},
        "status": {"conditions": conditions},
    }


def narrated(*events: tuple[Any, dict[str, Any]]) -> list[str]:
    out = io.StringIO()
    narrator = Narrator(Console(file=out, width=20))
    for event, manifest in events:
        narrator.observe(event, manifest)
    return out.getvalue().splitlines()


def test_every_turn_of_an_agent_is_one_line() -> None:
    assert narrated(
        ("ADDED", demo("False", "ModelNotFound")),
        ("MODIFIED", demo("False", "ModelNotFound")),
        ("MODIFIED", demo("True", "WorkersReady")),
        ("MODIFIED", demo("False", "ImagesNotSupported", stalled=True)),
        ("DELETED", demo("True", "WorkersReady")),
    ) == [
        "… default/demo waits: ModelNotFound: [so] it is",
        "✓ default/demo is ready: WorkersReady: [so] it is",
        "✗ default/demo is stalled: ImagesNotSupported: [so] it is",
        "− default/demo is gone",
    ]


def test_nothing_is_said_of_what_is_not_known_or_no_agent() -> None:
    fresh = demo("True", "x") | {"status": {}}
    assert narrated(("ADDED", fresh), ("ADDED", demo("True", "x") | {"kind": "Model"})) == []


def invited(awaited: str | None) -> str:
    out = io.StringIO()
    narrator = Narrator(Console(file=out, width=20))
    narrator.invite("http://127.0.0.1:8000", Path("/a/rather/long/path"), awaited)
    narrator.observe("MODIFIED", demo("False", "ModelNotFound"))
    assert "curl" not in out.getvalue()
    for reason in ("WorkersReady", "RollingOut"):
        narrator.observe("MODIFIED", demo("True", reason))
    return out.getvalue()


def test_the_way_to_chat_is_told_once_and_only_when_it_works() -> None:
    for awaited in (None, "default/demo"):
        assert invited(awaited).count("curl -N") == 1
    assert "curl" not in invited("default/other")


def test_a_narrow_terminal_breaks_no_line_of_it() -> None:
    told = invited(None).splitlines()
    for line in invitation("http://127.0.0.1:8000", Path("/a/rather/long/path"), "default/demo"):
        assert line in told


def test_the_first_thing_to_open_is_the_web_ui() -> None:
    out = io.StringIO()
    Narrator(Console(file=out, width=20)).welcome("http://127.0.0.1:8000", Path("/h"), empty=True)
    first, _, second, third, *rest = out.getvalue().splitlines()
    assert first == "Quarterdeck is up at http://127.0.0.1:8000"
    assert "web UI      http://127.0.0.1:8000/" in second
    assert "API         http://127.0.0.1:8000/v1" in third
    assert any("/h/admin.key" in line for line in rest)
