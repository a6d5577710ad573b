"""`make cluster-up` and `make kind-up` run again: what was set before stays set."""

import os
import subprocess
from pathlib import Path

import pytest

from support.charts import ROOT

STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >>"$LOG"
"""


def _upgrade(folder: Path, *options: str) -> list[str]:
    """The words of the command that installs or upgrades the chart."""
    for name in ("helm", "kubectl"):
        (folder / name).write_text(STAND_IN)
        (folder / name).chmod(0o755)
    log = folder / "log"
    variables = os.environ | {"PATH": f"{folder}:/usr/bin:/bin", "LOG": str(log)}
    command = [str(ROOT / "deploy/install.sh"), "quarterdeck-system", "demo.yaml", *options]
    subprocess.run(command, env=variables, check=True, capture_output=True, timeout=60)
    called = [line.split() for line in log.read_text().splitlines()]
    (found,) = [words for words in called if "charts/quarterdeck" in words]
    return found


def test_an_upgrade_keeps_what_was_set_and_takes_new_defaults(tmp_path: Path) -> None:
    words = _upgrade(tmp_path, "--set", "gateway.image.tag=0.2.0")
    assert words[:3] == ["helm", "upgrade", "--install"]
    assert "--reset-then-reuse-values" in words
    assert words[-2:] == ["--set", "gateway.image.tag=0.2.0"]


@pytest.mark.parametrize("target", ["cluster-up", "kind-up"])
def test_both_ways_to_a_cluster_go_by_that_script(target: str) -> None:
    command = ["make", "--dry-run", target, "YES=1", "HELM_FLAGS=--reset-values"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = [line for line in done.stdout.splitlines() if "deploy/install.sh " in line]
    assert "--reset-values" in line.split()
