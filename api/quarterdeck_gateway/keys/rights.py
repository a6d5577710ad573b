"""Nobody hands out more than they have. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.identity.principal import Principal

EVERYTHING: Final = "*"


@dataclass(frozen=True)
class Rights:
    """What a key may do, and where."""

    role: Role
    namespaces: tuple[str, ...]
    agents: tuple[str, ...]


def excess(principal: Principal, wanted: Rights) -> str | None:
    """What ``wanted`` has beyond ``principal``, in words; None when there is nothing."""
    if not principal.role.includes(wanted.role):
        return f"the role {wanted.role}, and you have {principal.role}"
    if beyond := uncovered(principal.namespaces, wanted.namespaces):
        return f"the namespaces {beyond!r}, which you may not all enter"
    if beyond := uncovered(principal.agents, wanted.agents):
        return f"the agents {beyond!r}, not all of which you may chat with"
    return None


def uncovered(patterns: Iterable[str], wanted: Iterable[str]) -> str | None:
    """The first of the ``wanted`` patterns that may match what none of ``patterns`` does.

    Strict where it is hard to say: ``a-b*`` counts as covered by itself and by ``*``, not by
    ``a-*``.
    """
    mine = tuple(patterns)
    return next((each for each in wanted if not _covered(mine, each)), None)


def _covered(mine: tuple[str, ...], wanted: str) -> bool:
    if EVERYTHING in mine or wanted in mine:
        return True
    is_name = not set(wanted) & set("*?[")
    return is_name and any(fnmatchcase(wanted, pattern) for pattern in mine)
