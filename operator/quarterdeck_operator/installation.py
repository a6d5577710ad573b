"""Everything secret that an installation needs and nobody should have to invent.

The operator makes it at its first start: the admin key, the pepper of API keys, and the passwords
of Redis, PostgreSQL and Grafana. An installation that brings its own says so by its settings, or
makes Secrets of these names beforehand; what is there is left as it is.
"""

import base64
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from quarterdeck_contract.names import MIN_PEPPER_BYTES, PEPPER_KEY
from quarterdeck_kube.client import KubeClient
from quarterdeck_operator.admin_key import ensure_admin_key
from quarterdeck_operator.own_secrets import (
    POSTGRES,
    REDIS,
    USUAL,
    OwnSecrets,
    OwnSecretUnusable,
    Part,
    create_secret,
    read_secret,
)

__all__ = ["POSTGRES", "REDIS", "ensure_installation"]

PASSWORD_FIELD: Final = "password"  # noqa: S105 - the name, not a password
URL_FIELD: Final = "url"
GRAFANA_USER_FIELD: Final = "admin-user"
GRAFANA_PASSWORD_FIELD: Final = "admin-password"  # noqa: S105 - the name, not a password
DATABASE: Final = "quarterdeck"
"""Name of the database and of its owner."""
REDIS_PORT: Final = 6379
POSTGRES_PORT: Final = 5432

_PEPPER_BYTES: Final = 48
_PASSWORD_BYTES: Final = 32


async def ensure_installation(client: KubeClient, namespace: str, own: OwnSecrets = USUAL) -> None:
    """Create what is missing, never change what is there.

    All of it is tried; raises the first OwnSecretUnusable or KubeError afterwards.
    """
    problems: list[Exception] = []
    for parts, ensure in _STEPS:
        if not parts & {*own.made}:
            continue
        try:
            await ensure(client, namespace, own)
        except Exception as exc:  # noqa: BLE001 - raised below: one bad Secret must not stop others
            problems.append(exc)
    if problems:
        raise problems[0]


async def ensure_pepper(client: KubeClient, namespace: str, own: OwnSecrets) -> None:
    """Raises OwnSecretUnusable where the pepper that is there is too weak."""
    found = await read_secret(client, namespace, own.key_pepper)
    if found is None:
        pepper = base64.b64encode(secrets.token_bytes(_PEPPER_BYTES)).decode()
        await create_secret(client, namespace, own.key_pepper, {PEPPER_KEY: pepper})
        return
    size = len(found.get(PEPPER_KEY, b""))
    if size < MIN_PEPPER_BYTES:
        raise OwnSecretUnusable(
            f'Secret "{own.key_pepper}" in namespace "{namespace}" has {size} bytes under '
            f'"{PEPPER_KEY}" and needs {MIN_PEPPER_BYTES}: delete it and restart the operator, '
            "and a strong one is made; keys that were made with it stop working"
        )


async def ensure_redis(client: KubeClient, namespace: str, own: OwnSecrets) -> None:
    """Password and address of the Redis of the installation."""
    await _ensure_store(
        client,
        namespace,
        own.redis,
        lambda password: f"redis://:{password}@{own.redis}.{namespace}.svc:{REDIS_PORT}/0",
    )


async def ensure_postgres(client: KubeClient, namespace: str, own: OwnSecrets) -> None:
    """Password and address of the PostgreSQL of the installation."""
    await _ensure_store(
        client,
        namespace,
        own.postgres,
        lambda password: (
            f"postgresql://{DATABASE}:{password}@{own.postgres}.{namespace}.svc"
            f":{POSTGRES_PORT}/{DATABASE}"
        ),
    )


async def ensure_grafana(client: KubeClient, namespace: str, own: OwnSecrets) -> None:
    """Name and password of Grafana's administrator."""
    if await read_secret(client, namespace, own.grafana) is None:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        data = {GRAFANA_USER_FIELD: "admin", GRAFANA_PASSWORD_FIELD: password}
        await create_secret(client, namespace, own.grafana, data)


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


_Ensure = Callable[[KubeClient, str, OwnSecrets], Awaitable[None]]

_STEPS: Final[tuple[tuple[frozenset[Part], _Ensure], ...]] = (
    (frozenset({"admin-key", "gateway-auth"}), ensure_admin_key),
    (frozenset({"key-pepper"}), ensure_pepper),
    (frozenset({"redis"}), ensure_redis),
    (frozenset({"postgres"}), ensure_postgres),
    (frozenset({"grafana"}), ensure_grafana),
)
