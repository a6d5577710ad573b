"""The admin key: made once, at the first start, so that an installation is never open.

People read it from one Secret; the gateway is given another that holds only its hash.
"""

import base64
import hashlib
import secrets
from typing import Final

import structlog

from quarterdeck_contract.names import (
    ADMIN_KEY_SECRET,
    GATEWAY_AUTH_KEY,
    GATEWAY_AUTH_SECRET,
    KEY_PREFIX,
    LABEL_PART_OF,
    MANAGED_BY,
)
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import AlreadyExists, NotFound
from quarterdeck_kube.resources import SECRET, Manifest

ADMIN_KEY_FIELD: Final = "key"

_log = structlog.get_logger(__name__)


class AdminKeyUnreadable(Exception):
    """The Secret of the admin key has no key: delete it, and a new one is made."""


async def ensure_admin_key(client: KubeClient, namespace: str) -> None:
    """Create what is missing of the two Secrets; never changes one that is there.

    Raises AdminKeyUnreadable, KubeError.
    """
    if await _exists(client, namespace, GATEWAY_AUTH_SECRET) and await _exists(
        client, namespace, ADMIN_KEY_SECRET
    ):
        return
    key = await _key(client, namespace)
    digest = hashlib.sha256(key.encode()).hexdigest()
    await _create(client, namespace, GATEWAY_AUTH_SECRET, GATEWAY_AUTH_KEY, digest)


def generate_key() -> str:
    """A new key: 32 random bytes behind a prefix by which leaked ones can be searched for."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


async def _key(client: KubeClient, namespace: str) -> str:
    await _create(client, namespace, ADMIN_KEY_SECRET, ADMIN_KEY_FIELD, generate_key())
    # Read back: another operator may have been first, or it was there all along.
    stored = await client.get(SECRET, namespace, ADMIN_KEY_SECRET)
    value = (stored.get("data") or {}).get(ADMIN_KEY_FIELD)
    if not value:
        raise AdminKeyUnreadable(
            f'Secret "{ADMIN_KEY_SECRET}" in namespace "{namespace}" has no "{ADMIN_KEY_FIELD}": '
            "delete it and restart the operator"
        )
    return base64.b64decode(value).decode()


async def _exists(client: KubeClient, namespace: str, name: str) -> bool:
    try:
        await client.get(SECRET, namespace, name)
    except NotFound:
        return False
    return True


async def _create(client: KubeClient, namespace: str, name: str, field: str, value: str) -> None:
    manifest: Manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "namespace": namespace,
            "name": name,
            "labels": {LABEL_PART_OF: MANAGED_BY},
        },
        "type": "Opaque",
        "data": {field: base64.b64encode(value.encode()).decode()},
    }
    try:
        await client.create(SECRET, manifest)
    except AlreadyExists:
        return
    _log.info("secret created", namespace=namespace, name=name)
