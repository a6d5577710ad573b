"""Notices another installation that works on the same Agents, which no Lease keeps apart.

A Lease stands in its own installation's namespace, so two installations that serve every namespace
never meet there: each would undo what the other one does, for ever and without a word.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from quarterdeck_contract.names import (
    LABEL_COMPONENT,
    LABEL_PART_OF,
    MANAGED_BY,
    OPERATOR_COMPONENT,
)
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import KubeError
from quarterdeck_kube.resources import DEPLOYMENT, Manifest

LOOK_SECONDS: Final = 600.0
"""Whoever was there first should hear of the second one too."""
_SELECTOR: Final = f"{LABEL_PART_OF}={MANAGED_BY},{LABEL_COMPONENT}={OPERATOR_COMPONENT}"
_ADVICE: Final = (
    "two operators undo each other's work: uninstall one of them, or give both "
    "rbac.scope=namespaced and watchNamespaces of their own"
)

_log = structlog.get_logger(__name__)


async def watch_neighbours(
    client: KubeClient, namespace: str, watched: Sequence[str], *, every: float = LOOK_SECONDS
) -> None:
    """Log other installations until cancelled, each time that they change.

    With ``watched`` namespaces of its own an operator may not look elsewhere, and returns.
    """
    known: tuple[str, ...] = ()
    while not watched:
        found = await _look(client, namespace, known)
        if found and found != known:
            _log.error("another installation serves the same agents", others=found, advice=_ADVICE)
        elif known and not found:
            _log.info("no other installation any more", others=known)
        known = found
        await asyncio.sleep(every)


def neighbours(operators: Iterable[Manifest], namespace: str) -> tuple[str, ...]:
    """``namespace/name`` of those Deployments of operators that run and are not ours."""
    return tuple(
        sorted(
            f"{operator['metadata']['namespace']}/{operator['metadata']['name']}"
            for operator in operators
            if operator["metadata"]["namespace"] != namespace and _runs(operator)
        )
    )


def _runs(operator: Manifest) -> bool:
    return bool((operator.get("spec") or {}).get("replicas", 1))


async def _look(client: KubeClient, namespace: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """As it was ``known``, where the API server does not tell."""
    try:
        found = await client.list(DEPLOYMENT, label_selector=_SELECTOR)
    except KubeError as exc:
        _log.warning("not known whether there is another installation", error=str(exc))
        return known
    return neighbours(found.items, namespace)
