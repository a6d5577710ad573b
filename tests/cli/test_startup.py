"""The command must be there at once: what it loads before a verb runs is counted."""

import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("aiohttp", "kubernetes", "fastapi", "yaml", "rich.table", "quarterdeck_kube")
MOST_MODULES = 500
"""Python's own included: a fifth more than there were when this was written."""


def test_the_version_loads_little_and_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv = ['quarterdeck', 'version']\n"
        "from quarterdeck_cli.main import main\n"
        "try: main()\n"
        f"finally: print(len(sys.modules), [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules, _, heavy = done.stdout.splitlines()[-1].partition(" ")
    assert heavy == "[]"
    assert int(modules) <= MOST_MODULES
