"""Takes secrets out of text before anyone reads it.

Providers like to quote the key they refused, and a base URL or header may end up in an exception;
so everything from outside passes through here on its way to a client or a log.
"""

import re
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "[hidden]"

_SHORTEST: Final = 4
"""Shorter values would punch holes into ordinary words."""

_LOOKS_SECRET: Final = re.compile(
    r"(?<=bearer )[^\s\"',;]{4,}"
    r"|(?<=[?&]key=)[^\s\"'&]+"
    r"|\b(?:sk|pk|rk|xai|gsk|hf)[-_][A-Za-z0-9*_\-.]{6,}"
    r"|\bqd_[A-Za-z0-9_\-]{6,}"
    r"|\bAIza[A-Za-z0-9_\-*]{6,}",
    re.IGNORECASE,
)


class Scrubber:
    """Replaces the given secrets, and whatever looks like a key or a bearer token."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # Longest first, so that a secret which contains another one goes as a whole.
        self._secrets = sorted((s for s in secrets if len(s) >= _SHORTEST), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _LOOKS_SECRET.sub(HIDDEN, text)
