"""The command must be there at once: what it loads before a verb runs is counted."""

import os
import resource
import subprocess
import sys
from pathlib import Path

HEAVY = ("aiohttp", "kubernetes", "fastapi", "yaml", "rich.table", "quarterdeck_kube")


def test_the_version_loads_nothing_heavy_and_takes_little_cpu(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv = ['quarterdeck', 'version']\n"
        "from quarterdeck_cli.main import main\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    # CPU, not wall: other processes share the machine.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0
