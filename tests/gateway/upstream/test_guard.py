"""A name may resolve to anything, and to something else a moment later: addresses are judged."""

import socket
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from quarterdeck_contract.addresses import IN_CLUSTER, ON_A_LAPTOP, AddressPolicy
from quarterdeck_contract.guarded_sockets import ForbiddenAddress
from quarterdeck_gateway.errors import ReplicaUnreachable
from quarterdeck_gateway.routing.registry import Replica
from quarterdeck_gateway.upstream.client import HttpUpstream
from quarterdeck_gateway.upstream.guard import guarded_connector
from quarterdeck_gateway.upstream.port import UpstreamRequest
from support.fake_worker import FakeWorker
from support.oidc_issuer import OidcIssuer


class Rebinding(AbstractResolver):
    """Gives each look-up the next of ``answers``, the last one for ever."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


def session(policy: AddressPolicy, **options: Any) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=guarded_connector(policy, **options))


async def test_an_address_in_the_url_is_judged_too() -> None:
    async with OidcIssuer() as server:
        path = "/.well-known/openid-configuration"
        async with session(ON_A_LAPTOP) as http, http.get(server.url + path) as response:
            assert response.status == 200
        async with session(IN_CLUSTER) as http:
            with pytest.raises(aiohttp.ClientConnectorError) as caught:
                await http.get(server.url + path)
    assert isinstance(caught.value.os_error, ForbiddenAddress)
    assert server.fetches == [path]


async def test_a_name_that_changes_its_mind() -> None:
    async with OidcIssuer() as server:
        port = server.url.rpartition(":")[2]
        policy = AddressPolicy(allowed=(ip_network("127.0.0.1/32"),))
        resolver = Rebinding("127.0.0.1", "127.0.0.2", "169.254.169.254")
        options: dict[str, Any] = {"resolver": resolver, "use_dns_cache": False}
        async with session(policy, force_close=True, **options) as http:
            url = f"http://agent.example:{port}/keys"
            async with http.get(url) as response:
                assert response.status == 200
            for _ in range(2):
                with pytest.raises(aiohttp.ClientConnectorError, match="refused to connect"):
                    await http.get(url)
    assert resolver.asked == 3
    assert server.fetches == ["/keys"]


async def test_a_replica_at_a_forbidden_address_is_unreachable() -> None:
    request = UpstreamRequest(b"{}", "req_1", "default/demo")
    async with FakeWorker() as worker:
        upstream = HttpUpstream(addresses=IN_CLUSTER)
        with pytest.raises(ReplicaUnreachable, match="the machine itself"):
            await upstream.open(Replica("r", worker.url), request)
        await upstream.close()
        assert worker.requests == []
