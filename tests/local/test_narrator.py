import io
import shlex
from pathlib import Path
from typing import Any

from rich.console import Console

from quarterdeck_local.narrator import Narrator, curl


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


def test_the_curl_survives_copy_and_paste() -> None:
    words = shlex.split("\n".join(curl("http://127.0.0.1:8000", Path(".quarterdeck"), "demo")))
    assert words[:3] == ["curl", "-N", "http://127.0.0.1:8000/v1/chat/completions"]
    assert '"model": "demo", "stream": true' in words[-1]


def test_a_narrow_terminal_breaks_no_line_of_the_welcome() -> None:
    out = io.StringIO()
    narrator = Narrator(Console(file=out, width=20))
    narrator.welcome("http://127.0.0.1:8000", Path("/a/rather/long/path/.quarterdeck"), "demo")
    for line in curl("http://127.0.0.1:8000", Path("/a/rather/long/path/.quarterdeck"), "demo"):
        assert line in out.getvalue().splitlines()
