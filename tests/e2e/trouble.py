"""What can be done to a running installation so that something in it goes wrong, and undone."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from e2e.installation import SYSTEM
from e2e.objects import Manifest, read, staying
from e2e.waiting import eventually
from support.cluster import kubectl

BACK_SECONDS: Final = 120


@contextmanager
def scaled_to_nothing(kind: str, name: str) -> Iterator[None]:
    """No pod of it; at the end as many as before, and Ready."""
    replicas = read(kind, name, SYSTEM)["spec"]["replicas"]
    kubectl("scale", kind, name, "--replicas=0", "-n", SYSTEM)
    try:
        yield
    finally:
        kubectl("scale", kind, name, f"--replicas={replicas}", "-n", SYSTEM)
        kubectl(
            "rollout", "status", f"{kind}/{name}", "-n", SYSTEM, f"--timeout={BACK_SECONDS}s",
            timeout=BACK_SECONDS + 10,
        )  # fmt: skip


def sql(statements: str) -> None:
    """Run these in the installation's database, past the gateways."""
    command = ("psql", "-U", "quarterdeck", "-d", "quarterdeck", "-v", "ON_ERROR_STOP=1", "-c")
    kubectl("exec", "-n", SYSTEM, "quarterdeck-postgres-0", "--", *command, statements)


def gateway_pod() -> str:
    """One of the gateways that are not on their way out."""
    return str(staying(SYSTEM, "app.kubernetes.io/component=gateway")[0]["metadata"]["name"])


@contextmanager
def full_disk(pod: str) -> Iterator[None]:
    """The process of that pod can write to no file: each write fails as on a full disk."""
    _let_write(pod, "0")
    try:
        yield
    finally:
        _let_write(pod, "hard")


def _let_write(pod: str, limit: str) -> None:
    program = (
        "import resource as r; soft, hard = r.prlimit(1, r.RLIMIT_FSIZE);"
        f"r.prlimit(1, r.RLIMIT_FSIZE, ({limit}, hard))"
    )
    kubectl("exec", "-n", SYSTEM, pod, "--", "python", "-c", program)


@contextmanager
def slow_redis(milliseconds: int) -> Iterator[None]:
    """Redis answers so late, most of the time."""
    pause = f"redis-cli -r -1 -i {milliseconds / 1000 * 1.2:g} client pause {milliseconds}"
    # Ends with its input: a process in a pod does not hear that kubectl has gone.
    program = f"{pause} >/dev/null & cat; kill $!"
    command = ["kubectl", "exec", "-i", "-n", SYSTEM, "quarterdeck-redis-0", "--", "sh", "-c"]
    pausing = subprocess.Popen([*command, program], stdin=subprocess.PIPE)
    try:
        yield
    finally:
        pausing.communicate(timeout=60)


@contextmanager
def without_right_to(resource: str) -> Iterator[None]:
    """Gateways may not read that resource."""
    role = json.loads(kubectl("get", "clusterrole", "quarterdeck-gateway", "-o", "json"))
    rules: list[Manifest] = role["rules"]
    fewer = [r | {"resources": [n for n in r["resources"] if n != resource]} for r in rules]
    _set_rules([rule for rule in fewer if rule["resources"]])
    try:
        yield
    finally:
        _set_rules(rules)
        eventually("all gateways ready", _gateways_ready, seconds=BACK_SECONDS)


def _set_rules(rules: list[Manifest]) -> None:
    patch = json.dumps({"rules": rules})
    kubectl("patch", "clusterrole", "quarterdeck-gateway", "--type=merge", "-p", patch)


def _gateways_ready() -> bool:
    gateways = read("deployment", "quarterdeck-gateway", SYSTEM)
    ready = gateways["status"].get("readyReplicas")
    return bool(ready == gateways["spec"]["replicas"])


def closed_port(agent: str, address: str) -> Manifest:
    """A ready replica of that agent whose address answers to no connection."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"agent-{agent}-closed",
            "labels": {
                "quarterdeck.dev/agent": agent,
                "app.kubernetes.io/managed-by": "quarterdeck",
            },
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 9, "protocol": "TCP"}],
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
    }


class Every:
    """Lets something happen at most so often: ``due()`` says whether it is time."""

    def __init__(self, seconds: float, first: float = 0.0) -> None:
        self._seconds = seconds
        self._next = time.monotonic() + first

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


def broken_webhook(namespace: str) -> Manifest:
    """The API server asks somebody about Deployments of that namespace, and nobody is there."""
    rule = {
        "apiGroups": ["apps"],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": ["deployments"],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": f"broken-{namespace}"},
        "webhooks": [
            {
                "name": "broken.example.com",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Fail",
                "timeoutSeconds": 1,
                "clientConfig": {"url": "https://127.0.0.1:1/"},
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "rules": [rule],
            }
        ],
    }
