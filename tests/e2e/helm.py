"""Helm as people run it: one command, and what it printed."""

import subprocess
from typing import Final

import yaml

from e2e.objects import Manifest

TIMEOUT_SECONDS: Final = 300


class HelmError(AssertionError):
    """helm failed; the message is what it printed."""


def helm(*args: str, values: Manifest | None = None) -> str:
    """Run helm, with ``values`` as its values file, and return what it printed.

    Raises HelmError with its complaint.
    """
    given = () if values is None else ("--values", "-")
    done = subprocess.run(
        ["helm", *args, *given],
        input=None if values is None else yaml.safe_dump(values),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS + 30,
        check=False,
    )
    if done.returncode != 0:
        raise HelmError(f"helm {' '.join(args)}: {done.stderr.strip()}\n{done.stdout}")
    return done.stdout
