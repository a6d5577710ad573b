"""The secret behind the hashes of API keys: without it a stolen list of hashes proves nothing.

Operator and gateway must hash with the same one, so it is read where the installation keeps it.
"""

from dataclasses import dataclass, field
from typing import Protocol

from quarterdeck_contract.names import MIN_PEPPER_BYTES, PEPPER_KEY, PEPPER_SECRET
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Cluster
from quarterdeck_operator.errors import Stalled, Transient


class Pepper(Protocol):
    """Where the pepper comes from."""

    async def read(self) -> bytes:
        """At least MIN_PEPPER_BYTES. Raises Transient while there is none, Stalled if weak."""
        ...


@dataclass(frozen=True)
class FixedPepper:
    """One that whoever composes the engine knows already."""

    value: bytes = field(repr=False)

    async def read(self) -> bytes:
        """See Pepper."""
        return judged(self.value)


class NoPepper:
    """None: agents and models are served, keys cannot be made."""

    async def read(self) -> bytes:
        """See Pepper."""
        raise Stalled(reasons.PEPPER_MISSING, "this operator was started without a pepper")


class SecretPepper:
    """The Secret of the installation in ``namespace``; read until it is there, then kept."""

    def __init__(self, cluster: Cluster, namespace: str, secret: str = PEPPER_SECRET) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._secret = secret
        self._known: bytes | None = None

    async def read(self) -> bytes:
        """See Pepper."""
        if self._known is None:
            self._known = judged(await self._fetch())
        return self._known

    async def _fetch(self) -> bytes:
        found = await self._cluster.secret(self._namespace, self._secret)
        if found is None:
            raise Transient(
                reasons.PEPPER_MISSING,
                f'Secret "{self._secret}" is not in namespace "{self._namespace}" yet: '
                "the leading operator makes it at its start",
            )
        return found.get(PEPPER_KEY, b"")


def judged(value: bytes) -> bytes:
    """The pepper if it is strong enough; raises Stalled."""
    if len(value) < MIN_PEPPER_BYTES:
        raise Stalled(
            reasons.PEPPER_WEAK,
            f'"{PEPPER_KEY}" in Secret "{PEPPER_SECRET}" has {len(value)} bytes and needs '
            f"{MIN_PEPPER_BYTES}: while no keys depend on it, delete the Secret and restart the "
            "operator, and a strong one is made",
        )
    return value
