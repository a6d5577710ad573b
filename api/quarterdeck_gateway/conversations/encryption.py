"""Keeps what people say from whoever reads the database, its backups or its disk.

AES-256-GCM with a key derived from the installation's pepper, which the database never sees. Each
text is bound to its owner and its place (``context``): moved to another row it does not open.
The key's name is stored beside each text, so that a pepper that was replaced is told from a text
that was tampered with.
"""

import asyncio
import json
import os
from typing import TYPE_CHECKING, Final

from quarterdeck_gateway.identity.derivation import hkdf

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12
_INFO: Final = b"quarterdeck-conversations"


class Unreadable(Exception):
    """The text was encrypted with another key, for another place, or it was changed."""


class TextCipher:
    """Encrypts and decrypts; the key never leaves it."""

    def __init__(self, pepper: bytes) -> None:
        self._key = hkdf(pepper, _INFO)
        self.key_id: Final = hkdf(pepper, _INFO + b"-name").hex()[:12]
        """Names the key, and says nothing about it."""
        self._aes: AESGCM | None = None

    def encrypt(self, text: str, *context: str | int) -> bytes:
        """Nonce and ciphertext. About 1 GB a second."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher().encrypt(nonce, text.encode(), self._bound(context))

    def decrypt(self, sealed: bytes, key_id: str, *context: str | int) -> str:
        """The text that was encrypted for this ``context``. Raises Unreadable."""
        if key_id != self.key_id:
            raise Unreadable("encrypted with another key")
        from cryptography.exceptions import InvalidTag

        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher().decrypt(nonce, ciphertext, self._bound(context)).decode()
        except (InvalidTag, ValueError) as exc:
            raise Unreadable("changed, or not in its place") from exc

    async def ready(self) -> None:
        """Load what encrypts, while everything else goes on: the first use takes a while."""
        if self._aes is None:
            await asyncio.to_thread(self._cipher)

    def _cipher(self) -> "AESGCM":
        if self._aes is None:
            # 10 MB and a sixth of a second, which a gateway without conversations does not need.
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._aes = AESGCM(self._key)
        return self._aes

    @staticmethod
    def _bound(context: tuple[str | int, ...]) -> bytes:
        # JSON separates the values, so that no two contexts have the same text.
        return json.dumps(context, separators=(",", ":")).encode()
