"""The Lua scripts that make every question to the shared store one exact round trip.

They are files of this package, each run behind the shared one, and named to the server by their
SHA-1.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

_FOLDER: Final = files("quarterdeck_gateway.admission") / "scripts"


@dataclass(frozen=True)
class Script:
    """One script as the server knows it."""

    name: str
    source: str
    sha: str


@dataclass(frozen=True)
class Scripts:
    """All scripts of the store."""

    admit: Script
    settle: Script
    extend: Script
    renew: Script
    seed: Script
    doubt: Script
    states: Script
    beat: Script
    claim: Script
    end_sessions: Script
    session_ended: Script

    def all(self) -> tuple[Script, ...]:
        """In the order in which they are announced to a server."""
        return tuple(vars(self).values())


def load() -> Scripts:
    """Read all scripts from the package."""
    names = Scripts.__dataclass_fields__
    return Scripts(**{name: _read(name) for name in names})


def _read(name: str) -> Script:
    source = "\n".join(
        (_FOLDER / f"{part}.lua").read_text(encoding="utf-8") for part in ("shared", name)
    )
    # SHA-1 is how Redis names scripts; nothing is secured by it.
    sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
    return Script(name, source, sha)
