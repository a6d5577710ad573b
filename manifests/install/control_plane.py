"""The operator: two replicas of which one leads, so that a lost node costs seconds, not agents."""

from install.naming import (
    NAMESPACE,
    OPERATOR,
    OPERATOR_COMPONENT,
    OPERATOR_PORT,
    OPERATOR_PORT_NAME,
    WORKER,
    Manifest,
    image,
)
from install.pods import container, deployment, template


def operator_deployment() -> Manifest:
    """The standby keeps its caches warm and takes over when the leader's Lease ends."""
    return deployment(
        OPERATOR,
        replicas=2,
        # The standby is no loss, so an upgrade needs no room for a third pod.
        strategy={"maxUnavailable": 1, "maxSurge": 0},
        template=template(OPERATOR, _container(), port=OPERATOR_PORT, grace_seconds=30),
    )


def _container() -> Manifest:
    return container(
        OPERATOR_COMPONENT,
        port_name=OPERATOR_PORT_NAME,
        port=OPERATOR_PORT,
        env=[
            {"name": "QUARTERDECK_NAMESPACE", "value": NAMESPACE},
            {"name": "QUARTERDECK_WORKER_IMAGE", "value": image(WORKER)},
        ],
        resources={
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
    )
