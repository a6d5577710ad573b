"""How limits stand, told in the response headers that OpenAI's clients know."""

import math
from collections.abc import Sequence
from typing import Final

from quarterdeck_gateway.admission.port import LimitKind, LimitState

_TOLD: Final = (LimitKind.REQUESTS, LimitKind.TOKENS)


def limit_headers(limits: Sequence[LimitState]) -> dict[str, str]:
    """``x-ratelimit-*`` of the tightest limit of requests and of tokens; nothing for others."""
    headers = {}
    for kind in _TOLD:
        of_kind = [state for state in limits if state.limit.kind is kind]
        if of_kind:
            tightest = min(of_kind, key=lambda state: (state.remaining, -state.reset_seconds))
            headers[f"x-ratelimit-limit-{kind.value}"] = str(tightest.limit.amount)
            headers[f"x-ratelimit-remaining-{kind.value}"] = str(tightest.remaining)
            headers[f"x-ratelimit-reset-{kind.value}"] = duration(tightest.reset_seconds)
    return headers


def duration(seconds: float) -> str:
    """``88ms``, ``1.5s``, ``6m0s``: rounded up, so that nobody comes back too early."""
    milliseconds = max(0, math.ceil(round(seconds * 1000, 3)))
    if milliseconds < 1000:
        return f"{milliseconds}ms" if milliseconds else "0s"
    minutes, rest = divmod(milliseconds, 60_000)
    shown = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    return f"{minutes}m{shown}s" if minutes else f"{shown}s"
