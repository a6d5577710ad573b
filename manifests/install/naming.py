"""Names, labels and addresses of the installation, each spelt once.

Nothing here carries ``app.kubernetes.io/managed-by: quarterdeck``: that label marks what the
operator makes of people's resources, and both the operator and the gateway watch it.
"""

import tomllib
from pathlib import Path
from typing import Any, Final

from quarterdeck_contract.names import (
    GATEWAY_COMPONENT,
    LABEL_COMPONENT,
    LABEL_NAME,
    LABEL_PART_OF,
    MANAGED_BY,
    SYSTEM_NAMESPACE,
)
from quarterdeck_operator import installation

Manifest = dict[str, Any]

NAMESPACE: Final = SYSTEM_NAMESPACE
OPERATOR: Final = "quarterdeck-operator"
GATEWAY: Final = "quarterdeck-gateway"
REDIS: Final = installation.REDIS
POSTGRES: Final = installation.POSTGRES
OPERATOR_COMPONENT: Final = "operator"
REDIS_COMPONENT: Final = "redis"
POSTGRES_COMPONENT: Final = "postgres"
WORKER: Final = "worker"

OPERATOR_PORT: Final = 8081
OPERATOR_PORT_NAME: Final = "metrics"
GATEWAY_PORT: Final = 8000
GATEWAY_PORT_NAME: Final = "http"

_COMPONENTS: Final = {
    OPERATOR: OPERATOR_COMPONENT,
    GATEWAY: GATEWAY_COMPONENT,
    REDIS: REDIS_COMPONENT,
    POSTGRES: POSTGRES_COMPONENT,
}


def version() -> str:
    """The project's version, from its only source."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def image(plane: str) -> str:
    """The image of ``operator``, ``gateway`` or ``worker`` as ``make images`` tags it."""
    return f"quarterdeck/{plane}:{version()}"


def selector(name: str) -> dict[str, str]:
    """Labels by which the pods of one component are found; they never change."""
    return {LABEL_NAME: name, LABEL_COMPONENT: _COMPONENTS[name]}


def labels(name: str) -> dict[str, str]:
    """Labels of every object of one component."""
    return selector(name) | shared_labels()


def shared_labels() -> dict[str, str]:
    """Labels of what belongs to no single component."""
    return {LABEL_PART_OF: MANAGED_BY}


def metadata(name: str, component: str | None = None, *, namespaced: bool = True) -> Manifest:
    """Metadata of one object; ``component`` is the one whose it is, if it is one's own."""
    place = {"namespace": NAMESPACE} if namespaced else {}
    return {
        "name": name,
        **place,
        "labels": labels(component) if component else shared_labels(),
    }
