"""Everything secret that an installation needs and nobody should have to invent.

The operator makes it at its first start: the admin key, the pepper of API keys, and the passwords
of Redis and PostgreSQL. An installation that brings its own stores makes Secrets of these names
with a field ``url`` beforehand; they are left as they are.
"""

import base64
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from quarterdeck_contract.names import MIN_PEPPER_BYTES, PEPPER_KEY, PEPPER_SECRET
from quarterdeck_kube.client import KubeClient
from quarterdeck_operator.admin_key import ensure_admin_key
from quarterdeck_operator.own_secrets import OwnSecretUnusable, create_secret, read_secret

REDIS: Final = "quarterdeck-redis"
POSTGRES: Final = "quarterdeck-postgres"
"""Names of the two stores' Secrets, Services and StatefulSets."""
PASSWORD_FIELD: Final = "password"  # noqa: S105 - the name, not a password
URL_FIELD: Final = "url"
DATABASE: Final = "quarterdeck"
"""Name of the database and of its owner."""
REDIS_PORT: Final = 6379
POSTGRES_PORT: Final = 5432

_PEPPER_BYTES: Final = 48
_PASSWORD_BYTES: Final = 32


async def ensure_installation(client: KubeClient, namespace: str) -> None:
    """Create what is missing, never change what is there.

    All of it is tried; raises the first OwnSecretUnusable or KubeError afterwards.
    """
    problems: list[Exception] = []
    for ensure in _STEPS:
        try:
            await ensure(client, namespace)
        except Exception as exc:  # noqa: BLE001 - raised below: one bad Secret must not stop others
            problems.append(exc)
    if problems:
        raise problems[0]


async def ensure_pepper(client: KubeClient, namespace: str) -> None:
    """Raises OwnSecretUnusable where the pepper that is there is too weak."""
    found = await read_secret(client, namespace, PEPPER_SECRET)
    if found is None:
        pepper = base64.b64encode(secrets.token_bytes(_PEPPER_BYTES)).decode()
        await create_secret(client, namespace, PEPPER_SECRET, {PEPPER_KEY: pepper})
        return
    size = len(found.get(PEPPER_KEY, b""))
    if size < MIN_PEPPER_BYTES:
        raise OwnSecretUnusable(
            f'Secret "{PEPPER_SECRET}" in namespace "{namespace}" has {size} bytes under '
            f'"{PEPPER_KEY}" and needs {MIN_PEPPER_BYTES}: delete it and restart the operator, '
            "and a strong one is made; keys that were made with it stop working"
        )


async def ensure_redis(client: KubeClient, namespace: str) -> None:
    """Password and address of the Redis of the installation."""
    await _ensure_store(
        client,
        namespace,
        REDIS,
        lambda password: f"redis://:{password}@{REDIS}.{namespace}.svc:{REDIS_PORT}/0",
    )


async def ensure_postgres(client: KubeClient, namespace: str) -> None:
    """Password and address of the PostgreSQL of the installation."""
    await _ensure_store(
        client,
        namespace,
        POSTGRES,
        lambda password: (
            f"postgresql://{DATABASE}:{password}@{POSTGRES}.{namespace}.svc"
            f":{POSTGRES_PORT}/{DATABASE}"
        ),
    )


async def _ensure_store(
    client: KubeClient, namespace: str, name: str, url: Callable[[str], str]
) -> None:
    found = await read_secret(client, namespace, name)
    if found is None:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        data = {PASSWORD_FIELD: password, URL_FIELD: url(password)}
        await create_secret(client, namespace, name, data)
    elif not found.get(URL_FIELD):
        raise OwnSecretUnusable(
            f'Secret "{name}" in namespace "{namespace}" has no "{URL_FIELD}": '
            "add the store's address to it"
        )


_STEPS: Final[tuple[Callable[[KubeClient, str], Awaitable[None]], ...]] = (
    ensure_admin_key,
    ensure_pepper,
    ensure_redis,
    ensure_postgres,
)
