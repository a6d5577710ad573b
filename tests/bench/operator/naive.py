"""The operator that most people would write first, as the baseline: kopf's handlers by the book.

One handler for create, update and resume makes the same children, each by get, then create or
patch, with the official client, and reports through kopf's own patch. It is tuned where a reader of
the documentation would: no events, twenty threads, kopf's command line, which takes uvloop. What it
lacks (a watch on its children, leader election, references that arrive later) most first ones do.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import kopf
import kubernetes
from kubernetes.client.exceptions import ApiException

from bench.operator.naive_children import Manifest, children

GROUP, VERSION = "quarterdeck.dev", "v1alpha1"


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    """Once, before the first handler."""
    kubernetes.config.load_kube_config()  # type: ignore[no-untyped-call]
    settings.posting.enabled = False
    settings.execution.max_workers = 20


@kopf.on.resume(GROUP, VERSION, "agents")
@kopf.on.create(GROUP, VERSION, "agents")
@kopf.on.update(GROUP, VERSION, "agents")
def reconcile(body: kopf.Body, patch: kopf.Patch, **_: Any) -> None:
    """Everything, every time."""
    metadata, spec = body["metadata"], body["spec"]
    custom = kubernetes.client.CustomObjectsApi()
    model = custom.get_namespaced_custom_object(
        GROUP, VERSION, metadata["namespace"], "models", spec["model"]
    )
    source = cast(Manifest, model)["spec"]
    for child in children(metadata["name"], metadata["namespace"], dict(spec), source):
        kopf.adopt(child, owner=body)
        ensure(child)
    ready = {"type": "Ready", "status": "True", "reason": "Created", "message": ""}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    patch.status["observedGeneration"] = metadata["generation"]
    patch.status["conditions"] = [ready | {"lastTransitionTime": now}]


def ensure(child: Manifest) -> None:
    """Create the child, or patch the one that is there."""
    read, create, patch = verbs(child["kind"])
    name, namespace = child["metadata"]["name"], child["metadata"]["namespace"]
    try:
        read(name, namespace)
    except ApiException as exc:
        if exc.status != 404:
            raise
        create(namespace, child)
    else:
        patch(name, namespace, child)


def verbs(kind: str) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """The official client's functions that read, create and patch this kind."""
    api, noun = {
        "ServiceAccount": (kubernetes.client.CoreV1Api(), "service_account"),
        "ConfigMap": (kubernetes.client.CoreV1Api(), "config_map"),
        "Service": (kubernetes.client.CoreV1Api(), "service"),
        "Deployment": (kubernetes.client.AppsV1Api(), "deployment"),
        "NetworkPolicy": (kubernetes.client.NetworkingV1Api(), "network_policy"),
    }[kind]
    return (
        getattr(api, f"read_namespaced_{noun}"),
        getattr(api, f"create_namespaced_{noun}"),
        getattr(api, f"patch_namespaced_{noun}"),
    )
