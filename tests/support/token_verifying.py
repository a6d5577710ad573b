"""Verifies tokens against an issuer as a gateway does, at a time that a test chooses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from quarterdeck_gateway.errors import Unauthenticated
from quarterdeck_gateway.identity.oidc import Oidc
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.upstream.guard import guarded_session, issuer_addresses
from support.oidc_issuer import AUDIENCE


class Time:
    """The real time, which a test may shift."""

    def __init__(self) -> None:
        self.shift = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.shift)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() + self.shift


def settings_for(url: str, **changes: Any) -> Settings:
    known: dict[str, Any] = {
        "admin_key_hash": "0" * 64,
        "key_pepper": "p" * 32,
        "redis_url": "redis://localhost",
        "database_url": "sqlite:///x",
        "oidc_issuer": url,
        "oidc_audience": AUDIENCE,
        "allowed_networks": (ip_network("127.0.0.0/8"),),
    }
    return Settings(**known | changes)


@asynccontextmanager
async def verifying(url: str, time: Time | None = None, **changes: Any) -> AsyncIterator[Oidc]:
    time = time or Time()
    settings = settings_for(url, **changes)
    async with guarded_session(issuer_addresses(settings)) as session:
        oidc = Oidc(settings, session, time.now, time.monotonic)
        try:
            yield oidc
        finally:
            await oidc.close()


async def refused(oidc: Oidc, token: str, because: str) -> None:
    with pytest.raises(Unauthenticated, match=because) as caught:
        await oidc.verify(token)
    assert token not in caught.value.message
