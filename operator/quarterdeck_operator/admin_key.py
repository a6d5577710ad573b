"""The admin key: made once, at the first start, so that an installation is never open.

People read it from one Secret; the gateway is given another that holds only its hash.
"""

import hashlib
from typing import Final

from quarterdeck_contract.names import (
    ADMIN_KEY_SECRET,
    GATEWAY_AUTH_KEY,
    GATEWAY_AUTH_SECRET,
    new_key,
)
from quarterdeck_kube.client import KubeClient
from quarterdeck_operator.own_secrets import OwnSecretUnusable, create_secret, read_secret

ADMIN_KEY_FIELD: Final = "key"


async def ensure_admin_key(client: KubeClient, namespace: str) -> None:
    """Create what is missing of the two Secrets; never changes one that is there.

    Raises OwnSecretUnusable, KubeError.
    """
    if (
        await read_secret(client, namespace, GATEWAY_AUTH_SECRET) is not None
        and await read_secret(client, namespace, ADMIN_KEY_SECRET) is not None
    ):
        return
    digest = hashlib.sha256(await _key(client, namespace)).hexdigest()
    await create_secret(client, namespace, GATEWAY_AUTH_SECRET, {GATEWAY_AUTH_KEY: digest})


async def _key(client: KubeClient, namespace: str) -> bytes:
    await create_secret(client, namespace, ADMIN_KEY_SECRET, {ADMIN_KEY_FIELD: new_key()})
    # Read back: another operator may have been first, or it was there all along.
    stored = await read_secret(client, namespace, ADMIN_KEY_SECRET) or {}
    value = stored.get(ADMIN_KEY_FIELD)
    if not value:
        raise OwnSecretUnusable(
            f'Secret "{ADMIN_KEY_SECRET}" in namespace "{namespace}" has no "{ADMIN_KEY_FIELD}": '
            "delete it and restart the operator"
        )
    return value
