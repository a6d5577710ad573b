"""The workers' pod template: what Pod Security's level "restricted" asks for, and the probes."""

from typing import Any, Final

from quarterdeck_contract.names import (
    ANNOTATION_CONFIG_HASH,
    ENV_TRACES_ENDPOINT,
    ENV_WORKER_CONFIG,
    LABEL_METRICS,
    WORKER_CONFIG_DIRECTORY,
    WORKER_CONFIG_PATH,
    WORKER_CONTAINER,
    WORKER_PORT,
    WORKER_PORT_NAME,
    worker_labels,
    worker_name,
)
from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.v1alpha1.model import Provider
from quarterdeck_contract.v1alpha1.runtime import Runtime
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent

USER_ID: Final = 65532
"""The conventional non-root user of minimal images."""
_USER: Final = {"runAsUser": USER_ID, "runAsGroup": USER_ID, "fsGroup": USER_ID}
LONGEST_DRAIN: Final = 300
DRAIN_MARGIN: Final = 10
"""Seconds: a stopping worker may finish its runs, but a node drain must come to an end."""
START_SECONDS: Final = 120
"""Until a new worker has to be ready, where ``runtime.startupSeconds`` says nothing else."""

_REQUESTS: Final = {"cpu": "50m", "memory": "128Mi"}
_MEMORY_LIMIT: Final = "512Mi"
_MEMORY_LIMIT_WITH_MODEL: Final = "1Gi"
"""A model that runs inside the worker brings its weights along."""


def pod_template(resolved: ResolvedAgent, options: BuildOptions) -> dict[str, Any]:
    """The pod template; nothing in it depends on the operator's own version."""
    runtime = resolved.agent.spec.runtime or Runtime()
    scraped = {LABEL_METRICS: "true"} if runtime.is_scraped else {}
    return {
        "metadata": {
            "labels": worker_labels(resolved.agent.metadata.name) | scraped,
            "annotations": {ANNOTATION_CONFIG_HASH: resolved.config_hash},
        },
        "spec": _pod_spec(resolved, options) | _scheduling(resolved, options),
    }


def start_seconds(agent: Agent) -> int:
    """How long a new worker may take until it is ready."""
    runtime = agent.spec.runtime or Runtime()
    return START_SECONDS if runtime.startup_seconds is None else runtime.startup_seconds


def _pod_spec(resolved: ResolvedAgent, options: BuildOptions) -> dict[str, Any]:
    name = worker_name(resolved.agent.metadata.name)
    return {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": (
            min(resolved.config.limits.seconds, LONGEST_DRAIN) + DRAIN_MARGIN
        ),
        "securityContext": {
            "runAsNonRoot": True,
            **({} if options.users_from_cluster else _USER),
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(resolved, options)],
        "volumes": [
            {"name": "config", "configMap": {"name": name}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }


def _container(resolved: ResolvedAgent, options: BuildOptions) -> dict[str, Any]:
    runtime = resolved.agent.spec.runtime or Runtime()
    return {
        "name": WORKER_CONTAINER,
        "image": runtime.image or options.worker_image,
        "imagePullPolicy": options.image_pull_policy,
        "ports": [{"name": WORKER_PORT_NAME, "containerPort": WORKER_PORT, "protocol": "TCP"}],
        "env": _environment(resolved, runtime, options),
        "resources": _resources(resolved, runtime),
        "startupProbe": _probe("/readyz", period=1, failures=start_seconds(resolved.agent)),
        "readinessProbe": _probe("/readyz", period=5, failures=2),
        "livenessProbe": _probe("/healthz", period=10, failures=3),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "config", "mountPath": WORKER_CONFIG_DIRECTORY, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a mount of its own
        ],
    }


def _environment(
    resolved: ResolvedAgent, runtime: Runtime, options: BuildOptions
) -> list[dict[str, Any]]:
    keys = [
        {"name": key.name, "valueFrom": {"secretKeyRef": key.secret.manifest()}}
        for key in resolved.model_keys
    ]
    own = [variable.manifest() for variable in runtime.env or ()]
    traces = {"name": ENV_TRACES_ENDPOINT, "value": options.traces_endpoint}
    return [
        {"name": ENV_WORKER_CONFIG, "value": WORKER_CONFIG_PATH},
        *([traces] if options.traces_endpoint else []),
        *keys,
        *own,
    ]


def _resources(resolved: ResolvedAgent, runtime: Runtime) -> dict[str, Any]:
    # A person's choice replaces ours as a whole: half of each could contradict itself.
    if runtime.resources is not None:
        return runtime.resources.manifest()
    config = resolved.config
    local = any(m.provider is Provider.LOCAL for m in (*config.models, *config.alternates))
    limit = _MEMORY_LIMIT_WITH_MODEL if local else _MEMORY_LIMIT
    return {"requests": dict(_REQUESTS), "limits": {"memory": limit}}


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": WORKER_PORT_NAME, "scheme": "HTTP"},
        "periodSeconds": period,
        "timeoutSeconds": 2,
        "failureThreshold": failures,
    }


def _scheduling(resolved: ResolvedAgent, options: BuildOptions) -> dict[str, Any]:
    runtime = resolved.agent.spec.runtime or Runtime()
    labels = worker_labels(resolved.agent.metadata.name)
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": labels},
    }
    own = runtime.image_pull_secret
    pull_secrets = (own,) if own else options.image_pull_secrets
    wanted: dict[str, Any] = {
        "topologySpreadConstraints": [spread],
        "nodeSelector": runtime.node_selector,
        "tolerations": [toleration.manifest() for toleration in runtime.tolerations or ()],
        "priorityClassName": runtime.priority_class_name,
        "imagePullSecrets": [{"name": name} for name in pull_secrets],
    }
    return {field: value for field, value in wanted.items() if value}
