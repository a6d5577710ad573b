"""The installation under test: this checkout's images and manifests/install.yaml, as shipped."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from e2e.objects import Manifest, read
from support.cluster import kubectl

ROOT: Final = Path(__file__).parents[2]
INSTALL: Final = ROOT / "manifests" / "install.yaml"
SYSTEM: Final = "quarterdeck-system"
DEPLOYMENTS: Final = ("quarterdeck-operator", "quarterdeck-gateway")
STORES: Final = ("quarterdeck-redis", "quarterdeck-postgres")


@dataclass(frozen=True)
class Installation:
    """A running installation and the way in; ``url`` is the gateway's Service."""

    url: str
    admin_key: str = field(repr=False)
    image: str
    """Has Python and aiohttp: for pods of the tests' own."""


def install_documents() -> list[Manifest]:
    """Everything that ``kubectl apply -f manifests/install.yaml`` creates."""
    return list(yaml.safe_load_all(INSTALL.read_text()))


def images() -> set[str]:
    """The images that install.yaml names; the worker's is a setting of the operator."""
    found: set[str] = set()
    for document in install_documents():
        if document["kind"] in ("Deployment", "StatefulSet"):
            (container,) = document["spec"]["template"]["spec"]["containers"]
            worker = [e["value"] for e in container["env"] if e["name"].endswith("_WORKER_IMAGE")]
            found |= {container["image"], *worker}
    return found


def images_on_nodes() -> set[str]:
    """What the kubelets report that they hold."""
    path = "jsonpath={.items[*].status.images[*].names[*]}"
    names = kubectl("get", "nodes", "-o", path).split()
    return {name.removeprefix("docker.io/").removeprefix("library/") for name in names}


def complete(name: str) -> bool:
    """Whether all replicas of that Deployment are available."""
    deployment = read("deployment", name, SYSTEM)
    available = deployment.get("status", {}).get("availableReplicas")
    return bool(available == deployment["spec"]["replicas"])


def admin_key() -> str:
    """The key, read as people are told to read it."""
    path = "jsonpath={.data.key}"
    encoded = kubectl("get", "secret", "quarterdeck-admin-key", "-n", SYSTEM, "-o", path)
    return base64.b64decode(encoded).decode()
