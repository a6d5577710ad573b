"""Sessions of the web UI: a cookie instead of a key, good for no more and no longer than the key.

A session is its signed token, so every replica knows every session. Only ends are stored: whoever
signs out has ended the session for whoever has copied the cookie too.
"""

import secrets
from dataclasses import dataclass
from typing import Final, Protocol

from quarterdeck_gateway.admission.port import SessionRef
from quarterdeck_gateway.errors import SessionEnded, Unauthenticated
from quarterdeck_gateway.identity.keyring import Keyring, Now
from quarterdeck_gateway.identity.principal import Principal, installation_admin
from quarterdeck_gateway.identity.session_token import Holder, Ticket, TicketSigner

SESSION_SECONDS: Final = 12 * 3600
_MICROSECONDS: Final = 1_000_000


class EndedSessions(Protocol):
    """What all gateways know of sessions that were ended. Moments are seconds since the epoch."""

    async def is_ended(self, session: SessionRef) -> bool:
        """Whether somebody has ended it, as far as this can be known now."""
        ...

    async def end(self, session: SessionRef, at: float) -> None:
        """End it."""
        ...

    async def end_all(self, session: SessionRef, at: float, until: float) -> None:
        """End it and all others of its owner that began up to ``at``; they would have lasted until
        ``until`` at most. Raises Unavailable when that cannot be done everywhere."""
        ...


@dataclass(frozen=True)
class Session:
    """What signing in gives."""

    principal: Principal
    token: str
    """Goes into the cookie."""


class Sessions:
    """Opens sessions for keys of ``keyring``, knows them again, and ends them."""

    def __init__(self, keyring: Keyring, pepper: bytes, now: Now, ended: EndedSessions) -> None:
        self._keyring = keyring
        self._signer = TicketSigner(pepper)
        self._admin = self._signer.reference_of(keyring.admin_key_hash)
        self._now = now
        self._ended = ended

    def open(self, key: str) -> Session:
        """Sign in. Raises Unauthenticated, or Starting while keys are not known."""
        principal = self._keyring.find(key)
        if principal is None:
            raise self._keyring.unknown()
        hashed = self._keyring.hash_of(key)
        is_admin = self._keyring.find_by_hash(hashed) is None
        holder = Holder.ADMIN if is_admin else Holder.API_KEY
        reference = self._admin if is_admin else hashed
        now = self._seconds()
        began, until = int(now * _MICROSECONDS), int(now) + SESSION_SECONDS
        ticket = Ticket(holder, reference, secrets.token_hex(16), began, until)
        return Session(principal, self._signer.sign(ticket))

    async def principal(self, token: str) -> Principal:
        """Who is signed in. Raises SessionEnded for a session that was good once, Unauthenticated
        for a token that was never issued, Starting while keys are not known."""
        principal, _ = await self._good(token)
        return principal

    async def end(self, token: str) -> Principal:
        """Sign out, on every replica; who it was. Raises what ``principal`` does."""
        principal, session = await self._good(token)
        await self._ended.end(session, self._seconds())
        return principal

    async def end_all(self, token: str) -> Principal:
        """End this session and all others of the same key; whose they were.

        Raises what ``principal`` does, and Unavailable when some could go on.
        """
        principal, session = await self._good(token)
        now = self._seconds()
        await self._ended.end_all(session, now, now + SESSION_SECONDS)
        return principal

    async def _good(self, token: str) -> tuple[Principal, SessionRef]:
        ticket = self._ticket(token)
        principal = self._holder(ticket)
        session = SessionRef(
            principal.subject, ticket.session, ticket.began_at / _MICROSECONDS, ticket.expires_at
        )
        if await self._ended.is_ended(session):
            raise SessionEnded("Somebody signed out of this session: sign in again.")
        return principal, session

    def _ticket(self, token: str) -> Ticket:
        ticket = self._signer.read(token)
        if ticket is None:
            raise Unauthenticated("The session's cookie is not one of this gateway: sign in again.")
        if self._seconds() >= ticket.expires_at:
            raise SessionEnded("The session has expired: sign in again.")
        return ticket

    def _holder(self, ticket: Ticket) -> Principal:
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

    def _seconds(self) -> float:
        return self._now().timestamp()
