"""The benchmark runs, measures something, and leaves no process behind; no time is asserted."""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT = 180


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, int]:
    """The quick chat part: its figures, what it printed, and its session."""
    figures = tmp_path_factory.mktemp("bench") / "figures.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench", "chat", "--quick", "--json", str(figures)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "LITELLM_BIN"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A session of its own, by which its children can be told.
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, printed
    return json.loads(figures.read_text()), printed, process.pid


@pytest.mark.timeout(TIMEOUT + 20)
def test_every_figure_is_sane(finished: tuple[dict[str, Any], str, int]) -> None:
    report, printed, _ = finished
    rows = [row for table in report["tables"] for row in table["rows"]]
    assert len(rows) > 20
    for row in rows:
        # A difference of two latencies may be anything on a busy machine; all else is positive.
        floor = -math.inf if row["what"].startswith("added") else 0
        measured = [value for value in row["values"] if value is not None]
        assert all(value > floor for value in measured), row
        # So short a load may cost less CPU than the kernel's clock can tell, a hundredth second.
        assert len(measured) == len(row["values"]) or row["what"].startswith("CPU per"), row
    assert "no chat failed" in printed


def test_every_chat_is_in_the_ledger(finished: tuple[dict[str, Any], str, int]) -> None:
    notes = finished[0]["tables"][0]["notes"]
    booked = next(note for note in notes if note.startswith("ledger:"))
    found = re.fullmatch(r"ledger: ([\d,]+) records of ([\d,]+) chats, ([\d.]+) USD", booked)
    assert found is not None, booked
    assert found[1] == found[2]
    assert float(found[3]) > 0


def test_litellm_is_left_out_in_words(finished: tuple[dict[str, Any], str, int]) -> None:
    assert "LITELLM_BIN is not set" in finished[1]


def test_baseline_and_ratio_stand_beside_ours(finished: tuple[dict[str, Any], str, int]) -> None:
    gateway = finished[0]["tables"][0]
    memory = next(row for row in gateway["rows"] if row["what"] == "memory, idle")
    assert gateway["subjects"] == ["gateway", "bare FastAPI+aiohttp"]
    assert memory["ratio"] == pytest.approx(memory["values"][1] / memory["values"][0])
    assert memory["met"] is (memory["values"][0] <= memory["target"])


def test_no_process_is_left(finished: tuple[dict[str, Any], str, int]) -> None:
    session = finished[2]
    assert [pid for pid in psutil.pids() if _session(pid) == session] == []


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def test_operator_part_is_left_out_in_words_without_a_cluster() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "operator"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "KUBECONFIG is not set" in done.stdout
