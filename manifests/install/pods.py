"""What all components' pods have in common: they meet Pod Security "restricted" and spread."""

from collections.abc import Sequence
from typing import Any, Final

from install.naming import Manifest, image, labels, metadata, selector

NON_ROOT: Final = 65532
TMP: Final = {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108 - a volume's place


def deployment(name: str, *, replicas: int, template: Manifest, strategy: Manifest) -> Manifest:
    """A Deployment of one component."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name, name),
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 3,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": strategy},
            "selector": {"matchLabels": selector(name)},
            "template": template,
        },
    }


def template(
    name: str,
    container: Manifest,
    *,
    port: int | None,
    grace_seconds: int,
    init: Sequence[Manifest] = (),
    volumes: Sequence[Manifest] = (),
) -> Manifest:
    """A pod template with one container. ``port`` answers /metrics to whoever scrapes; None where
    that needs a key, which annotations cannot give."""
    scraped = {"prometheus.io/scrape": "true", "prometheus.io/port": str(port)} if port else {}
    return {
        "metadata": {
            "labels": labels(name),
            "annotations": {"kubectl.kubernetes.io/default-container": container["name"]} | scraped,
        },
        "spec": {
            "serviceAccountName": name,
            # The account itself mounts no token, so that only these pods have one.
            "automountServiceAccountToken": True,
            # Service variables such as QUARTERDECK_GATEWAY_PORT would be read as settings.
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": grace_seconds,
            "securityContext": restricted_pod(NON_ROOT),
            "topologySpreadConstraints": _spread(name),
            **({"initContainers": list(init)} if init else {}),
            "containers": [container],
            "volumes": [{"name": "tmp", "emptyDir": {}}, *volumes],
        },
    }


def restricted_pod(user: int) -> Manifest:
    """The pod's half of Pod Security "restricted"."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def restricted_container() -> Manifest:
    """The container's half, and a file system that nobody writes to."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def container(
    plane: str,
    *,
    port_name: str,
    port: int,
    env: list[Manifest],
    resources: Manifest,
    mounts: Sequence[Manifest] = (),
) -> Manifest:
    """The one container of a component; it answers /healthz and /readyz on ``port``."""
    return {
        "name": plane,
        "image": image(plane),
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": port_name, "containerPort": port, "protocol": "TCP"}],
        "env": env,
        "resources": resources,
        "startupProbe": _probe("/healthz", port_name, period=1, failures=60),
        "livenessProbe": _probe("/healthz", port_name, period=10, failures=3),
        "readinessProbe": _probe("/readyz", port_name, period=2, failures=2),
        "securityContext": restricted_container(),
        "volumeMounts": [TMP, *mounts],
        # A start that fails says why in its last line, and `kubectl describe pod` shows it.
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }


def disruption_budget(name: str) -> Manifest:
    """A drained node takes one replica at a time."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(name, name),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector(name)},
        },
    }


def service_account(name: str) -> Manifest:
    """The identity of one component."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(name, name),
        "automountServiceAccountToken": False,
    }


def _spread(name: str) -> list[dict[str, Any]]:
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector(name)},
        }
        for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
    ]


def _probe(path: str, port: str, *, period: int, failures: int) -> Manifest:
    return {
        "httpGet": {"path": path, "port": port},
        "periodSeconds": period,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }
