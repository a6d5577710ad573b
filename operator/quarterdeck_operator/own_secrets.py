"""Secrets of the installation itself: made once, where they are missing, and never changed.

Whoever has made one beforehand has chosen its content; whoever made it first among several
operators has chosen it for all.
"""

import base64
from collections.abc import Mapping

import structlog

from quarterdeck_contract.names import LABEL_PART_OF, MANAGED_BY
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import AlreadyExists, NotFound
from quarterdeck_kube.resources import SECRET, Manifest

_log = structlog.get_logger(__name__)


class OwnSecretUnusable(Exception):
    """A Secret of the installation is there and cannot serve: the text says what to do."""


async def read_secret(client: KubeClient, namespace: str, name: str) -> Mapping[str, bytes] | None:
    """Decoded data of a Secret; None when there is none. Raises KubeError."""
    try:
        found = await client.get(SECRET, namespace, name)
    except NotFound:
        return None
    return {key: base64.b64decode(value) for key, value in (found.get("data") or {}).items()}


async def create_secret(
    client: KubeClient, namespace: str, name: str, data: Mapping[str, str]
) -> None:
    """Create a Secret; one that is there by now stays as it is. Raises KubeError."""
    manifest: Manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "namespace": namespace,
            "name": name,
            "labels": {LABEL_PART_OF: MANAGED_BY},
        },
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()},
    }
    try:
        await client.create(SECRET, manifest)
    except AlreadyExists:
        return
    _log.info("secret created", namespace=namespace, name=name)
