"""Secrets of the installation itself: made once, where they are missing, and then left alone; only
the hash of the admin key follows the key.

Whoever has made one beforehand has chosen its content; whoever made it first among several
operators has chosen it for all.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import structlog

from quarterdeck_contract.names import (
    ADMIN_KEY_SECRET,
    GATEWAY_AUTH_SECRET,
    LABEL_PART_OF,
    MANAGED_BY,
    PEPPER_SECRET,
)
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import AlreadyExists, NotFound
from quarterdeck_kube.resources import SECRET, Manifest
from quarterdeck_operator.cluster.port import ObjectKey
from quarterdeck_operator.reserved import is_ours

_log = structlog.get_logger(__name__)


REDIS: Final = "quarterdeck-redis"
POSTGRES: Final = "quarterdeck-postgres"
"""Names of the two stores' Secrets, Services and StatefulSets."""
GRAFANA: Final = "quarterdeck-grafana"

Part = Literal["admin-key", "gateway-auth", "key-pepper", "redis", "postgres", "grafana"]
"""One of the Secrets that an installation needs."""


@dataclass(frozen=True)
class OwnSecrets:
    """What the installation's Secrets are called, and which of them are made where they miss."""

    admin_key: str = ADMIN_KEY_SECRET
    gateway_auth: str = GATEWAY_AUTH_SECRET
    key_pepper: str = PEPPER_SECRET
    redis: str = REDIS
    """Also the name of the Service in the address that the Secret gets."""
    postgres: str = POSTGRES
    grafana: str = GRAFANA
    made: tuple[Part, ...] = ("admin-key", "gateway-auth", "key-pepper", "redis", "postgres")

    def name(self, part: Part) -> str:
        """The name of one of them."""
        found: str = getattr(self, part.replace("-", "_"))
        return found

    def names(self) -> list[str]:
        """Names of those that are made."""
        return [self.name(part) for part in self.made]

    def keys(self, namespace: str) -> frozenset[ObjectKey]:
        """All of them, those of people's own making too."""
        return frozenset(ObjectKey("Secret", namespace, self.name(part)) for part in get_args(Part))


USUAL: Final = OwnSecrets()


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
        "data": _encoded(data),
    }
    try:
        await client.create(SECRET, manifest)
    except AlreadyExists:
        return
    _log.info("secret created", namespace=namespace, name=name)


async def correct_secret(
    client: KubeClient, namespace: str, name: str, data: Mapping[str, str]
) -> None:
    """Make a Secret hold ``data`` that was made here; a person's own stays. Raises KubeError."""
    found = await client.get(SECRET, namespace, name)
    stored, wanted = found.get("data") or {}, _encoded(data)
    if not is_ours(found["metadata"]) or stored == stored | wanted:
        return
    await client.patch_merge(SECRET, namespace, name, {"data": wanted})
    _log.info("secret corrected", namespace=namespace, name=name)


def _encoded(data: Mapping[str, str]) -> dict[str, str]:
    return {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
