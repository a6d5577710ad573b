"""Who stands behind a credential: a key of ours, or a token of the issuer."""

from typing import Final, Protocol

from quarterdeck_gateway.identity.keyring import Keyring
from quarterdeck_gateway.identity.principal import Principal

_DOTS_OF_A_JWT: Final = 2


class Verifier(Protocol):
    """Knows which credentials are good."""

    async def verify(self, credential: str) -> Principal:
        """The owner of ``credential``.

        Raises Unauthenticated when it is not good, Forbidden when it is but gives no role,
        Unavailable when that cannot be told now.
        """
        ...


class Identity:
    """Asks the keyring, which costs microseconds, and then the issuer, if there is one."""

    def __init__(self, keyring: Keyring, tokens: Verifier | None = None) -> None:
        self._keyring = keyring
        self._tokens = tokens

    async def verify(self, credential: str) -> Principal:
        found = self._keyring.find(credential)
        if found is not None:
            return found
        if self._tokens is not None and credential.count(".") == _DOTS_OF_A_JWT:
            return await self._tokens.verify(credential)
        raise self._keyring.unknown()
