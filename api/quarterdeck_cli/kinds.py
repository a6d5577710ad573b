"""The kinds that the command line knows, and the many ways people write them."""

from dataclasses import dataclass
from typing import Final

from quarterdeck_cli.errors import UsageError
from quarterdeck_kube.resources import (
    AGENT,
    API_KEY,
    BUDGET,
    CONFIG_MAP,
    MODEL,
    SECRET,
    Manifest,
    Resource,
)


@dataclass(frozen=True)
class KnownKind:
    """A kind and its short names."""

    resource: Resource
    aliases: tuple[str, ...]

    def label(self, name: str) -> str:
        """As kubectl names an object: ``agent.quarterdeck.dev/demo``."""
        singular, group = self.resource.kind.lower(), self.resource.group
        return f"{singular}.{group}/{name}" if group else f"{singular}/{name}"


KNOWN: Final = (
    KnownKind(AGENT, ("qagent",)),
    KnownKind(MODEL, ("qmodel",)),
    KnownKind(API_KEY, ("qkey",)),
    KnownKind(BUDGET, ("qbudget",)),
    KnownKind(SECRET, ()),
    KnownKind(CONFIG_MAP, ("cm",)),
)
SHOWN: Final = KNOWN[:4]
"""The kinds that ``get`` and ``describe`` show: our own."""


def known_kind(word: str, among: tuple[KnownKind, ...] = KNOWN) -> KnownKind:
    """The kind that a person means by ``agent``, ``agents``, ``Agent``, ``qagent``.

    Raises UsageError that lists the kinds.
    """
    lower = word.lower()
    for known in among:
        resource = known.resource
        if lower in (resource.kind.lower(), resource.plural, *known.aliases):
            return known
    names = ", ".join(known.resource.plural for known in among)
    raise UsageError(f'unknown kind "{word}": expected one of {names}')


def kind_of(manifest: Manifest) -> KnownKind:
    """The kind of a manifest that has been judged good."""
    return known_kind(str(manifest["kind"]))
