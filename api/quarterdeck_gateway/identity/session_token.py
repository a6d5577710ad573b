"""What stands in a session's cookie: for which key, which session, until when; signed. Pure.

Never the key itself. Whoever reads a cookie learns an HMAC, whoever changes one breaks its
signature, and since every request looks the key up again, a cookie works no longer than its key.
"""

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from quarterdeck_gateway.identity.derivation import hkdf

_LAYOUT: Final = struct.Struct(">B32s16sQQ")
_MAC_BYTES: Final = 32
_INFO: Final = b"quarterdeck-session"
TOKEN_LENGTH: Final = -(-(_LAYOUT.size + _MAC_BYTES) * 8 // 6)
"""Characters of every token."""


class Holder(IntEnum):
    """Whose key it is."""

    API_KEY = 1
    ADMIN = 2


@dataclass(frozen=True)
class Ticket:
    """The content of a token."""

    holder: Holder
    reference: str
    """64 hex digits: the hash of the ApiKey's key, or what stands for the admin key."""
    session: str
    """32 hex digits, different for each time that somebody signed in."""
    began_at: int
    """Microseconds since the epoch."""
    expires_at: int
    """Seconds since the epoch."""


class TicketSigner:
    """Signs and reads tokens; the key never leaves it."""

    def __init__(self, pepper: bytes) -> None:
        self._key = hkdf(pepper, _INFO)

    def reference_of(self, admin_key_hash: str) -> str:
        """What stands for an admin key: another one once the key is another one."""
        return hmac.digest(self._key, b"admin:" + admin_key_hash.encode(), "sha256").hex()

    def sign(self, ticket: Ticket) -> str:
        """The token; safe in a cookie."""
        reference, session = bytes.fromhex(ticket.reference), bytes.fromhex(ticket.session)
        moments = ticket.began_at, ticket.expires_at
        body = _LAYOUT.pack(ticket.holder, reference, session, *moments)
        return base64.urlsafe_b64encode(body + self._mac(body)).rstrip(b"=").decode()

    def read(self, token: str) -> Ticket | None:
        """What ``sign`` signed; None for anything else. Whether it has expired is not looked at."""
        raw = _decoded(token)
        if raw is None:
            return None
        body, mac = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
        if not hmac.compare_digest(self._mac(body), mac):
            return None
        holder, reference, session, *moments = _LAYOUT.unpack(body)
        return Ticket(Holder(holder), reference.hex(), session.hex(), *moments)

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def _decoded(token: str) -> bytes | None:
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-TOKEN_LENGTH % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    # Several spellings decode to the same bytes; only the one that was issued is good.
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token else None
