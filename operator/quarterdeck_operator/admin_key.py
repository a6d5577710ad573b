"""The admin key: made once, at the first start, so that an installation is never open.

People read it from one Secret; the gateway is given another that holds only its hash.
"""

import hashlib
from typing import Final

from quarterdeck_contract.names import GATEWAY_AUTH_KEY, new_key
from quarterdeck_kube.client import KubeClient
from quarterdeck_operator.own_secrets import (
    USUAL,
    OwnSecrets,
    OwnSecretUnusable,
    correct_secret,
    create_secret,
    read_secret,
)

ADMIN_KEY_FIELD: Final = "key"


async def ensure_admin_key(client: KubeClient, namespace: str, own: OwnSecrets = USUAL) -> None:
    """Create what is missing of the two Secrets, and let a hash that was made here follow the key.

    Raises OwnSecretUnusable, KubeError.
    """
    key = await _key(client, namespace, own)
    if "gateway-auth" not in own.made:
        return
    if await read_secret(client, namespace, own.gateway_auth) is None:
        digest = {GATEWAY_AUTH_KEY: _digest(_required(key, namespace, own))}
        await create_secret(client, namespace, own.gateway_auth, digest)
    elif key:
        digest = {GATEWAY_AUTH_KEY: _digest(key)}
        await correct_secret(client, namespace, own.gateway_auth, digest)


async def _key(client: KubeClient, namespace: str, own: OwnSecrets) -> bytes | None:
    stored = await read_secret(client, namespace, own.admin_key)
    if stored is None and "admin-key" in own.made:
        await create_secret(client, namespace, own.admin_key, {ADMIN_KEY_FIELD: new_key()})
        # Read back: another operator may have been first.
        stored = await read_secret(client, namespace, own.admin_key)
    return (stored or {}).get(ADMIN_KEY_FIELD)


def _required(key: bytes | None, namespace: str, own: OwnSecrets) -> bytes:
    if key:
        return key
    advice = (
        "delete it and restart the operator" if "admin-key" in own.made else "add the key to it"
    )
    raise OwnSecretUnusable(
        f'Secret "{own.admin_key}" in namespace "{namespace}" has no "{ADMIN_KEY_FIELD}": {advice}'
    )


def _digest(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()
