"""The installation under test: this checkout's images and charts, installed by Helm."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from e2e.helm import TIMEOUT_SECONDS, helm
from e2e.objects import Manifest, read
from e2e.pods import apply
from support.cluster import kubectl

ROOT: Final = Path(__file__).parents[2]
CHARTS: Final = ROOT / "charts"
INSTALL: Final = ROOT / "manifests" / "install.yaml"
SYSTEM: Final = "quarterdeck-system"
RELEASE: Final = "quarterdeck"
DEFINITIONS: Final = "quarterdeck-crds"
STORES: Final = ("quarterdeck-redis", "quarterdeck-postgres")
TESTED_AGENT: Final = "tested"
"""The agent that ``helm test`` chats with; a story makes it."""
WEBHOOK: Final = "alert-webhook"
VALUES: Final[Manifest] = {
    "gateway": {"alerts": {"existingSecret": WEBHOOK}},
    # Stories wait for samples; nobody looks at them tomorrow.
    "prometheus": {"scrapeInterval": "5s", "storage": {"enabled": False}},
    "test": {"agent": TESTED_AGENT},
}
_KUBERNETES: Final = "1.30.0"
"""Rendered for; Helm asks no cluster here."""
_RESTRICTED: Final = "pod-security.kubernetes.io/enforce"


@dataclass(frozen=True)
class Installation:
    """A running installation and the way in; ``url`` is the gateway's Service."""

    url: str
    admin_key: str = field(repr=False)
    image: str
    """Has Python and aiohttp: for pods of the tests' own."""
    notes: str = field(repr=False)
    """What Helm said at the end."""


def install(values: Manifest) -> str:
    """Definitions, then the rest, until all of it is ready; returns what Helm said."""
    labels = {_RESTRICTED: "restricted"}
    metadata = {"name": SYSTEM, "labels": labels}
    kubectl("apply", "-f", "-", stdin=yaml.safe_dump(_object("Namespace", metadata)))
    apply(SYSTEM, _webhook())
    # Definitions may be there already: other tests apply them by kubectl.
    helm_install(DEFINITIONS, {}, "--take-ownership")
    return helm_install(RELEASE, values)


def helm_install(name: str, values: Manifest, *options: str) -> str:
    """Install that chart, or upgrade its release, and wait until all is ready."""
    waiting = ("--wait", "--wait-for-jobs", f"--timeout={TIMEOUT_SECONDS}s")
    command = ("upgrade", "--install", name, str(CHARTS / name), "-n", SYSTEM)
    return helm(*command, *waiting, *options, values=values)


def images() -> set[str]:
    """The images that the chart runs; the worker's is a setting of the operator."""
    command = ("template", RELEASE, str(CHARTS / RELEASE), "-n", SYSTEM)
    rendered = helm(*command, f"--kube-version={_KUBERNETES}", values=VALUES)
    found: set[str] = set()
    for container in _containers(yaml.safe_load_all(rendered)):
        found.add(container["image"])
        environment = container.get("env", ())
        found |= {e["value"] for e in environment if e["name"].endswith("_WORKER_IMAGE")}
    return found


def images_on_nodes() -> set[str]:
    """What the kubelets report that they hold."""
    path = "jsonpath={.items[*].status.images[*].names[*]}"
    names = kubectl("get", "nodes", "-o", path).split()
    return {name.removeprefix("docker.io/").removeprefix("library/") for name in names}


def admin_key() -> str:
    """The key, read as people are told to read it."""
    path = "jsonpath={.data.key}"
    encoded = kubectl("get", "secret", "quarterdeck-admin-key", "-n", SYSTEM, "-o", path)
    return base64.b64decode(encoded).decode()


def secret(name: str) -> dict[str, str]:
    """The data of a Secret of the installation, as the API server has them."""
    data: dict[str, str] = read("secret", name, SYSTEM)["data"]
    return data


def _containers(documents: Iterator[Any]) -> Iterator[Manifest]:
    for document in documents:
        if document and document["kind"] in ("Deployment", "StatefulSet", "Job"):
            pod = document["spec"]["template"]["spec"]
            yield from (*pod["containers"], *pod.get("initContainers", ()))


def _webhook() -> Manifest:
    """Budget alerts go where nobody listens: stories want to see that they were given up."""
    content = {"url": f"http://nobody.{SYSTEM}.svc/alerts", "secret": "s" * 32}
    return _object("Secret", {"name": WEBHOOK}) | {"stringData": content}


def _object(kind: str, metadata: Manifest) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}
