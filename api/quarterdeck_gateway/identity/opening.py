"""Puts the identity of a gateway together from its settings, and takes it down again."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry

from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.identity.access import AccessTable
from quarterdeck_gateway.identity.failures import Failures
from quarterdeck_gateway.identity.keyring import Keyring, Used, nobody_asks
from quarterdeck_gateway.identity.metrics import DoorMetrics
from quarterdeck_gateway.identity.sampling import AuditSampler
from quarterdeck_gateway.identity.sessions import EndedSessions, Sessions
from quarterdeck_gateway.identity.throttle import Throttle
from quarterdeck_gateway.identity.verifier import Identity, Verifier
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.upstream.guard import guarded_session, issuer_addresses


@dataclass(frozen=True)
class Doorkeeping:
    """What the middleware needs to let in and keep out."""

    verifier: Verifier
    keyring: Keyring
    access: AccessTable
    failures: Failures
    sessions: Sessions


@asynccontextmanager
async def open_identity(
    settings: Settings,
    catalogue: Catalogue,
    audit: AuditLog,
    now: Callable[[], datetime],
    ended: EndedSessions,
    monotonic: Callable[[], float] = time.monotonic,
    used: Used = nobody_asks,
    metrics: CollectorRegistry | None = None,
) -> AsyncIterator[Doorkeeping]:
    """The identity of a gateway. On exit the counted failures are written to ``audit``, which must
    therefore be open for longer."""
    pepper = settings.key_pepper.get_secret_value().encode()
    keyring = Keyring(catalogue, pepper, settings.admin_key_hash, now, used=used)
    sampler = AuditSampler(audit, monotonic)
    counted = DoorMetrics(metrics or CollectorRegistry())
    failures = Failures(Throttle(settings.failed_attempts, monotonic), sampler, now, counted)
    try:
        async with _tokens(settings, now, monotonic) as tokens:
            yield Doorkeeping(
                verifier=Identity(keyring, tokens),
                keyring=keyring,
                access=AccessTable(with_ui=settings.ui_directory is not None),
                failures=failures,
                sessions=Sessions(keyring, pepper, now, ended),
            )
    finally:
        sampler.close()


@asynccontextmanager
async def _tokens(
    settings: Settings, now: Callable[[], datetime], monotonic: Callable[[], float]
) -> AsyncIterator[Verifier | None]:
    if not settings.oidc_issuer:
        yield None
        return
    # Half a second and 20 MB for cryptography, which most installations do not need.
    from quarterdeck_gateway.identity.oidc import Oidc

    async with guarded_session(issuer_addresses(settings)) as session:
        oidc = Oidc(settings, session, now, monotonic)
        try:
            yield oidc
        finally:
            await oidc.close()
