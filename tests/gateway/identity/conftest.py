"""Fixtures: an issuer of tokens."""

from collections.abc import AsyncIterator

import pytest

from support.oidc_issuer import OidcIssuer


@pytest.fixture
async def issuer() -> AsyncIterator[OidcIssuer]:
    async with OidcIssuer() as running:
        yield running
