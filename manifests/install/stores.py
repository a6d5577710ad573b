"""Redis for limits and budgets, PostgreSQL for the ledger and the audit log: one small pod each.

Enough for a team. An installation that has better ones leaves these out and makes the Secrets
``quarterdeck-redis`` and ``quarterdeck-postgres`` with a field ``url`` beforehand.
"""

from typing import Any, Final

from install.naming import POSTGRES, REDIS, Manifest, labels, metadata, selector
from install.pods import TMP, restricted_container, restricted_pod
from quarterdeck_operator.installation import (
    DATABASE,
    PASSWORD_FIELD,
    POSTGRES_PORT,
    REDIS_PORT,
)

REDIS_IMAGE: Final = "redis:7.0-bookworm"
POSTGRES_IMAGE: Final = "postgres:15-bookworm"
USER: Final = 999
"""Of both images."""
PORT_NAMES: Final = {REDIS: "redis", POSTGRES: "postgres"}
_PORTS: Final = {REDIS: REDIS_PORT, POSTGRES: POSTGRES_PORT}
_DATA: Final = "data"

# The password reaches the server by a file: the arguments of a process can be read by its
# neighbours. Money may not be forgotten to make room, hence noeviction.
_START_REDIS: Final = """\
umask 077
printf 'requirepass %s\\n' "$REDISCLI_AUTH" >/tmp/redis.conf
exec redis-server /tmp/redis.conf --bind '* -::*' --dir /data --appendonly yes --save '' \\
  --maxmemory 192mb --maxmemory-policy noeviction
"""


def redis() -> Manifest:
    """Remembers across restarts by its append-only file; a second's worth may be lost, and then
    the gateway counts budgets anew from the ledger."""
    container = _container(
        REDIS,
        image=REDIS_IMAGE,
        command=["sh", "-c", _START_REDIS],
        env=[_password("REDISCLI_AUTH", REDIS)],
        alive=["sh", "-c", "redis-cli ping | grep -qE 'PONG|LOADING'"],
        ready=["sh", "-c", "redis-cli ping | grep -q PONG"],
        mounts=[{"name": _DATA, "mountPath": "/data"}],
        resources={"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "384Mi"}},
    )
    return _stateful_set(REDIS, container, size="1Gi", volumes=[])


def postgres() -> Manifest:
    """One database, owned by one user."""
    reachable = ["pg_isready", "--quiet", "-h", "127.0.0.1", "-U", DATABASE, "-d", DATABASE]
    container = _container(
        POSTGRES,
        image=POSTGRES_IMAGE,
        command=None,
        env=[
            {"name": "POSTGRES_USER", "value": DATABASE},
            {"name": "POSTGRES_DB", "value": DATABASE},
            _password("POSTGRES_PASSWORD", POSTGRES),
            # A folder of its own: file systems of volumes begin with a lost+found.
            {"name": "PGDATA", "value": "/var/lib/postgresql/data/pgdata"},
        ],
        alive=reachable,
        ready=reachable,
        mounts=[
            {"name": _DATA, "mountPath": "/var/lib/postgresql/data"},
            {"name": "run", "mountPath": "/var/run/postgresql"},
        ],
        resources={"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
    )
    return _stateful_set(
        POSTGRES, container, size="10Gi", volumes=[{"name": "run", "emptyDir": {}}]
    )


def store_service(name: str) -> Manifest:
    """The address in the URL that the operator puts into the store's Secret."""
    port_name = PORT_NAMES[name]
    port = {
        "name": port_name,
        "port": _PORTS[name],
        "targetPort": port_name,
        "protocol": "TCP",
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name, name),
        "spec": {"selector": selector(name), "ports": [port]},
    }


def _container(
    name: str,
    *,
    image: str,
    command: list[str] | None,
    env: list[Manifest],
    alive: list[str],
    ready: list[str],
    mounts: list[Manifest],
    resources: Manifest,
) -> Manifest:
    port_name = PORT_NAMES[name]
    return {
        "name": port_name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        **({"command": command} if command else {}),
        "ports": [{"name": port_name, "containerPort": _PORTS[name], "protocol": "TCP"}],
        "env": env,
        "resources": resources,
        # A large history takes its time to be read back.
        "startupProbe": _probe(alive, period=1, failures=300),
        "livenessProbe": _probe(alive, period=10, failures=6),
        "readinessProbe": _probe(ready, period=3, failures=2),
        "securityContext": restricted_container(),
        "volumeMounts": [*mounts, TMP],
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }


def _stateful_set(
    name: str, container: Manifest, *, size: str, volumes: list[Manifest]
) -> Manifest:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(name, name),
        "spec": {
            "replicas": 1,
            "serviceName": name,
            "selector": {"matchLabels": selector(name)},
            "template": {
                "metadata": {"labels": labels(name)},
                "spec": {
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "terminationGracePeriodSeconds": 60,
                    "securityContext": restricted_pod(USER),
                    "containers": [container],
                    "volumes": [{"name": "tmp", "emptyDir": {}}, *volumes],
                },
            },
            # Of the cluster's default storage class.
            "volumeClaimTemplates": [_claim(size)],
        },
    }


def _claim(size: str) -> Manifest:
    return {
        "metadata": {"name": _DATA},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
        },
    }


def _password(variable: str, secret: str) -> Manifest:
    reference = {"name": secret, "key": PASSWORD_FIELD}
    return {"name": variable, "valueFrom": {"secretKeyRef": reference}}


def _probe(command: list[str], *, period: int, failures: int) -> dict[str, Any]:
    return {
        "exec": {"command": command},
        "periodSeconds": period,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }
