"""Which addresses the gateway connects to, by what the URL is for.

Agents' endpoints are services of the cluster, so private addresses are normal there; a webhook or
an issuer in a private network is named in ``QUARTERDECK_ALLOWED_NETWORKS``. Standalone mode and
tests name loopback there.
"""

from typing import Any

import aiohttp

from quarterdeck_contract.addresses import AddressPolicy
from quarterdeck_contract.guarded_sockets import guarded_sockets
from quarterdeck_gateway.settings import Settings


def worker_addresses(settings: Settings) -> AddressPolicy:
    """Where workers and ``runtime.endpoint`` may be."""
    return AddressPolicy(private=True, allowed=settings.allowed_networks)


def outside_addresses(settings: Settings) -> AddressPolicy:
    """Where the alert webhook may be."""
    return AddressPolicy(allowed=settings.allowed_networks)


def issuer_addresses(settings: Settings) -> AddressPolicy:
    """Where the OIDC issuer may be: plain HTTP only within the allowed networks, for on the
    Internet anybody in between could swap its keys."""
    public = settings.oidc_issuer.startswith("https://")
    return AddressPolicy(public=public, allowed=settings.allowed_networks)


def guarded_connector(policy: AddressPolicy, **options: Any) -> aiohttp.TCPConnector:
    """aiohttp's connector that only connects where ``policy`` allows; else the request raises
    ``aiohttp.ClientConnectorError``, caused by ForbiddenAddress. Needs a running event loop."""
    return aiohttp.TCPConnector(socket_factory=guarded_sockets(policy), **options)


def guarded_session(policy: AddressPolicy) -> aiohttp.ClientSession:
    """A session for a few small requests to the outside. Needs a running event loop."""
    return aiohttp.ClientSession(
        connector=guarded_connector(policy, limit=8, ttl_dns_cache=10),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=10, sock_connect=3),
    )
