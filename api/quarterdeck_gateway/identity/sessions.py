"""Sessions of the web UI: a cookie instead of a key, good for no more and no longer than the key.

Nothing is stored, so every replica knows every session.
"""

from dataclasses import dataclass
from typing import Final

from quarterdeck_gateway.errors import SessionEnded, Unauthenticated
from quarterdeck_gateway.identity.keyring import Keyring, Now
from quarterdeck_gateway.identity.principal import Principal, installation_admin
from quarterdeck_gateway.identity.session_token import Holder, Ticket, TicketSigner

SESSION_SECONDS: Final = 12 * 3600


@dataclass(frozen=True)
class Session:
    """What signing in gives."""

    principal: Principal
    token: str
    """Goes into the cookie."""


class Sessions:
    """Opens sessions for keys of ``keyring`` and knows them again."""

    def __init__(self, keyring: Keyring, pepper: bytes, now: Now) -> None:
        self._keyring = keyring
        self._signer = TicketSigner(pepper)
        self._admin = self._signer.reference_of(keyring.admin_key_hash)
        self._now = now

    def open(self, key: str) -> Session:
        """Sign in. Raises Unauthenticated, or Starting while keys are not known."""
        principal = self._keyring.find(key)
        if principal is None:
            raise self._keyring.unknown()
        hashed = self._keyring.hash_of(key)
        is_admin = self._keyring.find_by_hash(hashed) is None
        holder = Holder.ADMIN if is_admin else Holder.API_KEY
        until = int(self._now().timestamp()) + SESSION_SECONDS
        ticket = Ticket(holder, self._admin if is_admin else hashed, until)
        return Session(principal, self._signer.sign(ticket))

    def principal(self, token: str) -> Principal:
        """Who is signed in. Raises SessionEnded for a session that was good once, Unauthenticated
        for a token that was never issued, Starting while keys are not known."""
        ticket = self._signer.read(token)
        if ticket is None:
            raise Unauthenticated("The session's cookie is not one of this gateway: sign in again.")
        if self._now().timestamp() >= ticket.expires_at:
            raise SessionEnded("The session has expired: sign in again.")
        if ticket.holder is Holder.ADMIN:
            if ticket.reference == self._admin:
                return installation_admin()
            raise SessionEnded("The admin key was replaced: sign in with the new one.")
        return self._of_key(ticket.reference)

    def _of_key(self, hashed: str) -> Principal:
        try:
            found = self._keyring.find_by_hash(hashed)
        except Unauthenticated as error:
            raise SessionEnded(error.message) from error
        if found is not None:
            return found
        if not self._keyring.synced:
            raise self._keyring.unknown()
        raise SessionEnded("The API key of this session is gone: sign in with another one.")
