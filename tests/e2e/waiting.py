"""Waits for what a cluster will do in its own time, and says what it last saw when it does not."""

import subprocess
import time
from collections.abc import Callable
from typing import Final, TypeVar

import httpx
from openai import APIConnectionError

PATIENCE: Final = 90.0
"""Seconds for what takes a few, on a machine that has other things to do."""
NOT_YET: Final = (
    AssertionError,
    httpx.TransportError,
    APIConnectionError,
    subprocess.TimeoutExpired,
)

Seen = TypeVar("Seen")


def eventually(
    what: str, look: Callable[[], Seen | None], *, seconds: float, every: float = 0.5
) -> Seen:
    """What ``look`` returns once that is true; a failed assertion or kubectl counts as not yet, and
    so does a request that is lost: the way into the cluster may break off and is opened again.

    Raises AssertionError with the last sight when ``seconds`` are over.
    """
    until = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < until:
        try:
            seen = look()
        except NOT_YET as exc:
            last = exc
        else:
            if seen:
                return seen
            last = seen
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds:g} s; last seen: {last!r}")
