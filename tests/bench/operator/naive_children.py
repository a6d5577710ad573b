"""The five objects that an Agent becomes, the way one writes them down once and for all."""

import json
from typing import Any

Manifest = dict[str, Any]


def children(
    agent: str, namespace: str, spec: dict[str, Any], model: dict[str, Any]
) -> list[Manifest]:
    """Of the same kinds, names and about the same size as ours."""
    labels = {"app.kubernetes.io/name": "naive-worker", "agent": agent}
    config = {
        "version": 1,
        "namespace": namespace,
        "agent": agent,
        "instructions": spec["instructions"],
        "models": [{"name": spec["model"], **model}],
    }
    port = {"name": "http", "port": 8080, "targetPort": "http"}
    ingress = {"from": [{"podSelector": {"matchLabels": {"gateway": "true"}}}]}

    def child(api_version: str, kind: str, **content: Any) -> Manifest:
        metadata = {"name": f"agent-{agent}", "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}

    return [
        child("v1", "ServiceAccount"),
        child("v1", "ConfigMap", data={"worker.json": json.dumps(config)}),
        child("v1", "Service", spec={"selector": labels, "ports": [port]}),
        child(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            spec={
                "podSelector": {"matchLabels": labels},
                "policyTypes": ["Ingress"],
                "ingress": [ingress],
            },
        ),
        child("apps/v1", "Deployment", spec=_deployment(agent, labels, spec.get("replicas", 1))),
    ]


def _deployment(agent: str, labels: dict[str, str], replicas: int) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 5}
    container = {
        "name": "worker",
        "image": "quarterdeck/worker:bench",
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": "WORKER_CONFIG", "value": "/etc/worker/worker.json"}],
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
        "readinessProbe": probe,
        "livenessProbe": probe,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "config", "mountPath": "/etc/worker", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }
    pod = {
        "serviceAccountName": f"agent-{agent}",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "config", "configMap": {"name": f"agent-{agent}"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    return {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
