"""The gateway: two replicas behind one Service; the only way to an agent."""

from typing import Final

from install.naming import GATEWAY, GATEWAY_PORT, GATEWAY_PORT_NAME, Manifest, metadata, selector
from install.pods import container, deployment, template
from quarterdeck_contract.names import GATEWAY_AUTH_KEY, GATEWAY_AUTH_SECRET, GATEWAY_COMPONENT

DRAIN_DELAY_SECONDS: Final = 3
LONGEST_CHAT_SECONDS: Final = 300
"""How long a gateway that must go waits for its chats: as long as an agent's run by default."""
MARGIN_SECONDS: Final = 7


def gateway_deployment() -> Manifest:
    """It starts once the operator has made the admin key; it is given only the key's hash."""
    grace = DRAIN_DELAY_SECONDS + LONGEST_CHAT_SECONDS + MARGIN_SECONDS
    return deployment(
        GATEWAY,
        replicas=2,
        strategy={"maxUnavailable": 0, "maxSurge": 1},
        template=template(GATEWAY, _container(), port=GATEWAY_PORT, grace_seconds=grace),
    )


def gateway_service() -> Manifest:
    """The address of all chats inside the cluster: http://quarterdeck-gateway.quarterdeck-system."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(GATEWAY, GATEWAY),
        "spec": {
            "selector": selector(GATEWAY),
            "ports": [
                {
                    "name": GATEWAY_PORT_NAME,
                    "port": 80,
                    "targetPort": GATEWAY_PORT_NAME,
                    "protocol": "TCP",
                    "appProtocol": "http",
                }
            ],
        },
    }


def _container() -> Manifest:
    return container(
        GATEWAY_COMPONENT,
        port_name=GATEWAY_PORT_NAME,
        port=GATEWAY_PORT,
        env=[
            {
                "name": "QUARTERDECK_ADMIN_KEY_HASH",
                "valueFrom": {
                    "secretKeyRef": {"name": GATEWAY_AUTH_SECRET, "key": GATEWAY_AUTH_KEY}
                },
            },
            {"name": "QUARTERDECK_PORT", "value": str(GATEWAY_PORT)},
            {"name": "QUARTERDECK_DRAIN_DELAY_SECONDS", "value": str(DRAIN_DELAY_SECONDS)},
            {"name": "QUARTERDECK_SHUTDOWN_GRACE_SECONDS", "value": str(LONGEST_CHAT_SECONDS)},
        ],
        resources={
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
    )
