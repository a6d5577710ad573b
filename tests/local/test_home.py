import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from quarterdeck_cli.errors import Refused
from quarterdeck_cli.instance import is_locked, running_instance
from quarterdeck_local.errors import CannotStart
from quarterdeck_local.home import opened


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_home_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "home"
    with opened(path) as home:
        assert mode(path) == mode(home.log_directory) == mode(home.run_directory) == 0o700


def test_the_admin_key_is_made_once(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as home:
        first = home.admin_key_hash()
        key = home.key_file.read_text().strip()
        assert key.startswith("qd_")
        assert len(key) > 40
        assert mode(home.key_file) == 0o600
        assert hashlib.sha256(key.encode()).hexdigest() == first
    with opened(tmp_path / "home") as home:
        assert home.admin_key_hash() == first


def test_a_readable_key_is_made_private_again(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as home:
        home.admin_key_hash()
        home.key_file.chmod(0o644)
        home.admin_key_hash()
        assert mode(home.key_file) == 0o600


@pytest.mark.parametrize("content", [b"", b"short\n", b"qd_\n", b"\xff\xfe"])
def test_a_damaged_key_is_never_used(tmp_path: Path, content: bytes) -> None:
    with opened(tmp_path / "home") as home:
        home.key_file.write_bytes(content)
        with pytest.raises(CannotStart, match=r"admin\.key|admin key"):
            home.admin_key_hash()


def test_a_second_instance_is_told_where_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "home"
    with opened(path) as home:
        home.publish("http://127.0.0.1:8000")
        expected = f"already running: pid {os.getpid()}, http://127.0.0.1:8000"
        with pytest.raises(CannotStart, match=expected), opened(path):
            pass
        assert (path / "gateway.json").exists(), "the second one touches nothing"
    with opened(path):
        pass


def test_the_command_line_finds_what_runs_and_only_that(tmp_path: Path) -> None:
    path = tmp_path / "home"
    assert running_instance(path) is None
    with opened(path) as home:
        home.admin_key_hash()
        assert running_instance(path) is None, "it does not listen yet"
        home.publish("http://127.0.0.1:8000")
        found = running_instance(path)
        assert found is not None
        assert (found.url, found.pid) == ("http://127.0.0.1:8000", os.getpid())
        assert found.key not in repr(found)
    assert running_instance(path) is None


def test_files_of_a_killed_instance_deceive_nobody(tmp_path: Path) -> None:
    path = tmp_path / "home"
    script = (
        "import os, pathlib, sys; from quarterdeck_local.home import opened\n"
        "with opened(pathlib.Path(sys.argv[1])) as home:\n"
        "    home.admin_key_hash(); home.publish('http://x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    # The pid is alive, as it would be had it been given to another process.
    (path / "gateway.json").write_text(json.dumps({"url": "http://x", "pid": os.getpid()}))
    assert running_instance(path) is None
    with opened(path):
        assert not (path / "gateway.json").exists()


def test_an_unreadable_description_is_an_error_of_its_own(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as home:
        home.admin_key_hash()
        (home.path / "gateway.json").write_text("{")
        with pytest.raises(Refused, match="cannot read the running instance"):
            running_instance(home.path)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(CannotStart, match=r"cannot write to .*home: .*QUARTERDECK_HOME"):
        opened(tmp_path / "home").__enter__()


def test_an_unlocked_home_is_not_running(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    (tmp_path / "lock").touch()
    assert not is_locked(tmp_path)
