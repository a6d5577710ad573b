"""The gateway: two replicas behind one Service; the only way to an agent."""

from typing import Final

from install.naming import (
    GATEWAY,
    GATEWAY_PORT,
    GATEWAY_PORT_NAME,
    NAMESPACE,
    POSTGRES,
    REDIS,
    Manifest,
    image,
    metadata,
    selector,
)
from install.pods import TMP, container, deployment, restricted_container, template
from quarterdeck_contract.names import (
    GATEWAY_AUTH_KEY,
    GATEWAY_AUTH_SECRET,
    GATEWAY_COMPONENT,
    PEPPER_KEY,
    PEPPER_SECRET,
)
from quarterdeck_operator.installation import URL_FIELD

DRAIN_DELAY_SECONDS: Final = 3
LONGEST_CHAT_SECONDS: Final = 300
"""How long a gateway that must go waits for its chats: as long as an agent's run by default."""
MARGIN_SECONDS: Final = 7
SPOOL: Final = "spool"
SPOOL_PATH: Final = "/var/lib/quarterdeck/spool"
"""Outlives a container, not its pod: what the database has not taken by the end of a pod's grace
is lost with it. A stopping gateway empties it first."""


def gateway_deployment() -> Manifest:
    """It starts once the operator has made its Secrets; of the admin key it gets only the hash."""
    grace = DRAIN_DELAY_SECONDS + LONGEST_CHAT_SECONDS + MARGIN_SECONDS
    return deployment(
        GATEWAY,
        replicas=2,
        strategy={"maxUnavailable": 0, "maxSurge": 1},
        template=template(
            GATEWAY,
            _container(),
            port=None,
            grace_seconds=grace,
            init=[_migration()],
            volumes=[{"name": SPOOL, "emptyDir": {}}],
        ),
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
            _from_secret("QUARTERDECK_ADMIN_KEY_HASH", GATEWAY_AUTH_SECRET, GATEWAY_AUTH_KEY),
            _from_secret("QUARTERDECK_KEY_PEPPER", PEPPER_SECRET, PEPPER_KEY),
            _from_secret("QUARTERDECK_REDIS_URL", REDIS, URL_FIELD),
            _from_secret("QUARTERDECK_DATABASE_URL", POSTGRES, URL_FIELD),
            {"name": "QUARTERDECK_SPOOL_DIRECTORY", "value": SPOOL_PATH},
            {"name": "QUARTERDECK_SYSTEM_NAMESPACE", "value": NAMESPACE},
            {"name": "QUARTERDECK_PORT", "value": str(GATEWAY_PORT)},
            {"name": "QUARTERDECK_DRAIN_DELAY_SECONDS", "value": str(DRAIN_DELAY_SECONDS)},
            {"name": "QUARTERDECK_SHUTDOWN_GRACE_SECONDS", "value": str(LONGEST_CHAT_SECONDS)},
        ],
        resources={
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
        mounts=[{"name": SPOOL, "mountPath": SPOOL_PATH}],
    )


def _migration() -> Manifest:
    """Brings the database up to date before this release's gateway uses it.

    Replicas may start at once (the database's own lock lets one through after the other), and the
    database may be still starting: that is waited for here, without the back-off of a crash.
    """
    script = (
        "for attempt in $(seq 60); do"
        " python -m quarterdeck_gateway.database && exit 0; sleep 1; done; exit 1"
    )
    return {
        "name": "migrate",
        "image": image(GATEWAY_COMPONENT),
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", script],
        "env": [_from_secret("QUARTERDECK_DATABASE_URL", POSTGRES, URL_FIELD)],
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"memory": "256Mi"},
        },
        "securityContext": restricted_container(),
        "volumeMounts": [TMP],
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }


def _from_secret(variable: str, secret: str, key: str) -> Manifest:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
