"""Pods of the tests' own, which meet Pod Security "restricted" as everything around them does.

They run from the gateway's image: it is loaded on the node anyway and has Python with aiohttp.
"""

import json
from pathlib import Path
from typing import Any

from e2e.objects import Manifest
from support.cluster import KubectlError, kubectl

PROVIDER = "fake-provider"
PROVIDER_PORT = 9009
STRANGER = "stranger"

_SUPPORT = Path(__file__).parents[1] / "support"
_SLEEP = ["python", "-c", "import signal; signal.sigwait({signal.SIGTERM})"]
_CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5).close()
except OSError as exc:
    print(type(exc).__name__)
else:
    print("connected")
"""


def pod(name: str, image: str, command: list[str], **spec: Any) -> Manifest:
    """A restricted pod with one container of that name."""
    container = {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": command,
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    container |= spec.pop("container", {})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 1,
            "securityContext": {
                "runAsNonRoot": True,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            **spec,
        },
    }


def stranger(image: str) -> Manifest:
    """A pod that belongs to nothing of ours."""
    return pod(STRANGER, image, _SLEEP)


def connects(from_pod: str, namespace: str, host: str, port: int) -> str:
    """``connected``, or the name of the error that a connection from that pod meets."""
    command = ["python", "-c", _CONNECT, host, str(port)]
    return kubectl("exec", "-n", namespace, from_pod, "--", *command).strip()


def connects_by_shell(from_pod: str, namespace: str, host: str, port: int) -> bool:
    """Whether a connection can be had, from a pod that has no Python but bash."""
    attempt = f"timeout 5 bash -c '</dev/tcp/{host}/{port}' 2>/dev/null && echo yes || echo no"
    said = kubectl("exec", "-n", namespace, from_pod, "--", "bash", "-c", attempt).strip()
    assert said in ("yes", "no"), said
    return said == "yes"


def fake_provider(image: str) -> list[Manifest]:
    """tests/support/fake_provider.py as a pod behind a Service, code and all."""
    sources = ("fake_provider.py", "provider_dialects.py")
    code = {"name": "code", "mountPath": "/fake/support", "readOnly": True}
    command = ["python", "-m", "support.fake_provider", "--host", "0.0.0.0"]
    serving = pod(
        PROVIDER,
        image,
        [*command, "--port", str(PROVIDER_PORT)],
        volumes=[{"name": "code", "configMap": {"name": PROVIDER}}],
        container={
            "env": [{"name": "PYTHONPATH", "value": "/fake"}],
            "volumeMounts": [code],
            "readinessProbe": {
                "httpGet": {"path": "/fake/requests", "port": PROVIDER_PORT},
                "periodSeconds": 1,
            },
        },
    )
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": PROVIDER},
            "data": {source: (_SUPPORT / source).read_text() for source in sources},
        },
        serving,
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": PROVIDER},
            "spec": {"selector": {"app": PROVIDER}, "ports": [{"port": PROVIDER_PORT}]},
        },
    ]


def apply(namespace: str, *manifests: Manifest) -> None:
    """``kubectl apply`` of these into the namespace."""
    items = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
    kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(items))


def wait_ready(namespace: str, name: str, seconds: int = 110) -> None:
    """Until the pod is Ready; raises KubectlError with what it waits for."""
    try:
        kubectl(
            "wait", "pod", name, "-n", namespace, "--for=condition=Ready",
            f"--timeout={seconds}s", timeout=seconds + 10,
        )  # fmt: skip
    except KubectlError as exc:
        raise KubectlError(f"{exc}\n{kubectl('describe', 'pod', name, '-n', namespace)}") from exc
