"""Values behind references, read once per resourceVersion.

Of a Secret only digests of its values stay in memory. Whether an object exists is known from the
watch, so waiting for one costs no request.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

from quarterdeck_contract.v1alpha1.references import ConfigMapKey, SecretKey
from quarterdeck_operator import reasons
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import Cluster, ObjectKey
from quarterdeck_operator.errors import Stalled, Waiting

ValueT = TypeVar("ValueT", str, bytes)


class References:
    """Reads Secrets and ConfigMaps; every method raises Waiting for what is not there.

    Secrets in ``reserved`` and those that are known to be ours are read for nobody.
    """

    def __init__(
        self, cache: Cache, cluster: Cluster, reserved: Collection[ObjectKey] = ()
    ) -> None:
        self._cache = cache
        self._reserved = frozenset(reserved)
        self._secrets = _Versioned[bytes](cache, cluster.secret, _digest)
        self._config_maps = _Versioned[str](cache, cluster.config_map, str)

    async def secret_digest(self, namespace: str, ref: SecretKey) -> str:
        """A digest of one value of a Secret: it changes when the value does, and tells no more.

        Raises Stalled for a Secret of Quarterdeck's own: a Model's address could carry it away.
        """
        key = ObjectKey("Secret", namespace, ref.name)
        if key in self._reserved or self._cache.is_reserved(key):
            raise _not_allowed(key)
        values = await self._secrets.values(key)
        if values is None:
            raise _missing(reasons.SECRET_NOT_FOUND, key)
        if ref.key not in values:
            raise _missing_key(reasons.SECRET_KEY_NOT_FOUND, key, ref.key, values)
        return values[ref.key]

    async def config_map_text(self, namespace: str, ref: ConfigMapKey) -> str:
        """One value of a ConfigMap."""
        key = ObjectKey("ConfigMap", namespace, ref.name)
        values = await self._config_maps.values(key)
        if values is None:
            raise _missing(reasons.CONFIG_MAP_NOT_FOUND, key)
        if ref.key not in values:
            raise _missing_key(reasons.CONFIG_MAP_KEY_NOT_FOUND, key, ref.key, values)
        return values[ref.key]


class _Versioned(Generic[ValueT]):
    """Data of objects, each read again only when its resourceVersion has moved."""

    def __init__(
        self,
        cache: Cache,
        read: Callable[[str, str], Awaitable[Mapping[str, ValueT] | None]],
        keep: Callable[[ValueT], str],
    ) -> None:
        self._cache = cache
        self._read: Callable[[str, str], Awaitable[Mapping[str, ValueT] | None]] = read
        self._keep: Callable[[ValueT], str] = keep
        self._known: dict[ObjectKey, tuple[str, dict[str, str]]] = {}

    async def values(self, key: ObjectKey) -> Mapping[str, str] | None:
        version = self._cache.reference_version(key)
        if version is None:
            self._known.pop(key, None)
            return None
        known = self._known.get(key)
        if known is not None and known[0] == version:
            return known[1]
        data = await self._read(key.namespace, key.name)
        if data is None:
            return None
        values = {name: self._keep(value) for name, value in data.items()}
        # Read later than the version was seen: at worst newer, and then its event asks again.
        self._known[key] = version, values
        return values


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _not_allowed(key: ObjectKey) -> Stalled:
    return Stalled(
        reasons.SECRET_NOT_ALLOWED,
        f'Secret "{key.name}" in namespace "{key.namespace}" is Quarterdeck\'s own and goes to no '
        "worker: put what the worker needs into a Secret of your own and refer to that",
    )


def _missing(reason: str, key: ObjectKey) -> Waiting:
    return Waiting(
        reason, f'{key.kind} "{key.name}" is not in namespace "{key.namespace}": create it'
    )


def _missing_key(reason: str, key: ObjectKey, wanted: str, present: Mapping[str, str]) -> Waiting:
    names = ", ".join(sorted(present)) or "none"
    return Waiting(
        reason,
        f'{key.kind} "{key.name}" in namespace "{key.namespace}" has no key "{wanted}": '
        f"add it or refer to another (present: {names})",
    )
