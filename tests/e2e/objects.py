"""Reads of cluster objects as plain JSON, for tests that look where a person would look."""

import json
from typing import Any

from support.cluster import KubectlError, kubectl

Manifest = dict[str, Any]

CHILD_KINDS = (
    "deployments,services,serviceaccounts,configmaps,poddisruptionbudgets,networkpolicies,"
    "horizontalpodautoscalers,replicasets,pods"
)
MANAGED = "app.kubernetes.io/managed-by=quarterdeck"


def read(kind: str, name: str, namespace: str) -> Manifest:
    """One object; raises KubectlError when there is none."""
    manifest: Manifest = json.loads(kubectl("get", kind, name, "-n", namespace, "-o", "json"))
    return manifest


def listed(kinds: str, namespace: str, selector: str = "") -> list[Manifest]:
    """The objects of these kinds with these labels."""
    found = json.loads(kubectl("get", kinds, "-n", namespace, "-l", selector, "-o", "json"))
    items: list[Manifest] = found["items"]
    return items


def staying(namespace: str, selector: str) -> list[Manifest]:
    """The pods with these labels that are not on their way out."""
    pods = listed("pods", namespace, selector)
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def exists(kind: str, name: str, namespace: str) -> bool:
    try:
        read(kind, name, namespace)
    except KubectlError as exc:
        if "NotFound" not in str(exc):
            raise
        return False
    return True


def condition(manifest: Manifest, kind: str) -> Manifest:
    """The condition of that type; empty when it was not reported yet."""
    conditions = manifest.get("status", {}).get("conditions", [])
    return next((found for found in conditions if found["type"] == kind), {})


def agent_is(name: str, namespace: str, *, ready: bool, reason: str = "") -> Manifest | None:
    """The Agent if its Ready condition says so, else None."""
    agent = read("agent", name, namespace)
    verdict = condition(agent, "Ready")
    fits = verdict.get("status") == str(ready) and reason in ("", verdict.get("reason"))
    return agent if fits else None


def worker_pods(agent: str, namespace: str) -> list[Manifest]:
    """The agent's pods that are not on their way out."""
    return staying(namespace, f"quarterdeck.dev/agent={agent}")


def config_hashes(agent: str, namespace: str) -> set[str]:
    """What the agent's pods were made from: more than one during a roll."""
    return {
        pod["metadata"]["annotations"]["quarterdeck.dev/config-hash"]
        for pod in worker_pods(agent, namespace)
    }
