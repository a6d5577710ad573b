"""Tokens against a real issuer: its keys change, it goes away, and others try to be it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiohttp
import jwt
import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.errors import Forbidden, Unauthenticated, Unavailable
from quarterdeck_gateway.identity.issuer import Issuer
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.upstream.guard import issuer_addresses
from support.oidc_issuer import OidcIssuer
from support.token_verifying import Time, refused, settings_for, verifying


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"])
async def test_a_good_token(issuer: OidcIssuer, algorithm: str) -> None:
    issuer.rotate("k", algorithm)
    async with verifying(issuer.url) as oidc:
        found = await oidc.verify(issuer.token(quarterdeck_team="blue"))
    host = issuer.url.removeprefix("http://")
    subject = f'oidc:["{issuer.url}", "joe"]'
    assert found == Principal(f"{host}/joe", Role.USER, ("team-a",), team="blue", subject=subject)


async def test_the_documents_are_fetched_once(issuer: OidcIssuer) -> None:
    async with verifying(issuer.url) as oidc:
        await asyncio.gather(*(oidc.verify(issuer.token(sub=f"s{n}")) for n in range(50)))
    assert issuer.fetches == ["/.well-known/openid-configuration", "/keys"]


async def test_a_rotation_is_noticed_by_the_first_token(issuer: OidcIssuer) -> None:
    time = Time()
    async with verifying(issuer.url, time) as oidc:
        old = issuer.token()
        await oidc.verify(old)
        issuer.rotate("key-2", keep=True)
        time.shift = 11
        await oidc.verify(issuer.token())
        await oidc.verify(issuer.token(sub="other"))
        assert issuer.fetches.count("/keys") == 2
        issuer.rotate("key-3")
        time.shift = 22
        await oidc.verify(issuer.token())
        time.shift = 83
        await refused(oidc, old, "key that its issuer does not have")


async def test_a_withdrawn_key_stops_without_a_new_one(issuer: OidcIssuer) -> None:
    time = Time()
    async with verifying(issuer.url, time) as oidc:
        token = issuer.token(exp=datetime.now(UTC).timestamp() + 4000)
        await oidc.verify(token)
        issuer.key_set = {"keys": []}
        time.shift = 301
        await oidc.verify(token)
        async with asyncio.timeout(60):
            while issuer.fetches.count("/keys") < 2:
                await asyncio.sleep(0.01)
        time.shift = 362
        await refused(oidc, token, "does not have")


async def test_a_flood_of_unknown_keys_makes_one_request(issuer: OidcIssuer) -> None:
    time = Time()
    async with verifying(issuer.url, time) as oidc:
        await oidc.verify(issuer.token())
        time.shift = 20
        tokens = [issuer.token(headers={"kid": f"made-up-{n}"}) for n in range(100)]
        results = await asyncio.gather(*map(oidc.verify, tokens), return_exceptions=True)
        assert all(isinstance(result, Unauthenticated) for result in results)
        assert issuer.fetches.count("/keys") == 2


async def test_while_the_issuer_is_away_its_last_keys_count(issuer: OidcIssuer) -> None:
    time = Time()
    async with verifying(issuer.url, time) as oidc:
        await oidc.verify(issuer.token())
        issuer.down = True
        time.shift = 400
        later = datetime.now(UTC).timestamp() + 4000
        assert await oidc.verify(issuer.token(sub="jane", exp=later))
        with pytest.raises(Unavailable):
            await oidc.verify(issuer.token(headers={"kid": "maybe-new"}, exp=later))


async def test_an_issuer_that_was_never_there(issuer: OidcIssuer) -> None:
    time = Time()
    async with verifying(issuer.url, time) as oidc:
        issuer.down = True
        for _ in range(5):
            with pytest.raises(Unavailable) as caught:
                await oidc.verify(issuer.token())
            assert caught.value.retry_after == 10
        assert len(issuer.fetches) == 1
        issuer.down = False
        time.shift = 10.1
        assert await oidc.verify(issuer.token())


async def test_whoever_leaves_does_not_stop_the_fetch_for_others(issuer: OidcIssuer) -> None:
    async with verifying(issuer.url) as oidc:
        leaving = asyncio.create_task(oidc.verify(issuer.token()))
        staying = asyncio.create_task(oidc.verify(issuer.token(sub="jane")))
        await asyncio.sleep(0)
        leaving.cancel()
        assert (await staying).name.endswith("/jane")


@pytest.mark.parametrize(
    ("discovery", "key_set"),
    [
        ({"issuer": "https://evil.example"}, None),
        ({"issuer": None}, None),
        ({"jwks_uri": "file:///etc/passwd"}, None),
        ({"jwks_uri": 7}, None),
        ({"jwks_uri": "http://169.254.169.254/keys"}, None),
        ({}, []),
        ({}, {"keys": {}}),
        ({}, {"keys": [{}] * 101}),
        ({}, {"padding": "x" * 600_000, "keys": []}),
    ],
)
async def test_an_issuer_with_strange_documents(
    issuer: OidcIssuer, discovery: dict[str, Any], key_set: Any
) -> None:
    issuer.discovery, issuer.key_set = discovery, key_set
    async with verifying(issuer.url) as oidc:
        with pytest.raises(Unavailable):
            await oidc.verify(issuer.token())


async def test_keys_that_are_none_are_passed_over(issuer: OidcIssuer) -> None:
    issuer.key_set = {"keys": [1, {"kid": "key-1", "kty": "EC", "crv": "P-256", "x": "!", "y": ""}]}
    async with verifying(issuer.url) as oidc:
        await refused(oidc, issuer.token(), "does not have")


async def test_a_private_issuer_has_to_be_allowed(issuer: OidcIssuer) -> None:
    async with verifying(issuer.url, allowed_networks=()) as oidc:
        with pytest.raises(Unavailable):
            await oidc.verify(issuer.token())
    assert issuer.fetches == []


def test_keys_come_over_plain_http_from_allowed_networks_alone() -> None:
    plain, secure = (
        issuer_addresses(settings_for(f"{scheme}://login.example.com"))
        for scheme in ("http", "https")
    )
    assert plain.refusal("93.184.216.34") == "93.184.216.34 is a public address"
    assert secure.refusal("93.184.216.34") is None
    for policy in (plain, secure):
        assert policy.refusal("127.0.0.1") is None
        assert policy.refusal("10.0.0.1")


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"aud": "another"}, "audience"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"exp": 1000}, "expired"),
        ({"exp": None}, "when it expires"),
        ({"nbf": 99999999999}, "not valid yet"),
        ({"sub": None}, "subject"),
    ],
)
async def test_a_signed_token_that_is_not_for_us(
    issuer: OidcIssuer, changes: dict[str, Any], because: str
) -> None:
    async with verifying(issuer.url) as oidc:
        await refused(oidc, issuer.token(**changes), because)


async def test_a_token_without_a_role_is_forbidden(issuer: OidcIssuer) -> None:
    async with verifying(issuer.url) as oidc:
        with pytest.raises(Forbidden, match="quarterdeck_role"):
            await oidc.verify(issuer.token(quarterdeck_role=None))
    async with verifying(issuer.url, oidc_default_role="viewer") as oidc:
        assert (await oidc.verify(issuer.token(quarterdeck_role=None))).role is Role.VIEWER


async def test_a_good_token_ends_when_it_expires_though_remembered(issuer: OidcIssuer) -> None:
    time = Time()
    async with verifying(issuer.url, time, oidc_leeway_seconds=100) as oidc:
        token = issuer.token(exp=datetime.now(UTC).timestamp() + 20)
        await oidc.verify(token)
        time.shift = 60
        await oidc.verify(token)
        time.shift = 121
        await refused(oidc, token, "expired")


# What forgers send: none of it may pass, and none of it may be a bug.


async def test_without_a_key_id_the_only_fitting_key_counts(issuer: OidcIssuer) -> None:
    time = Time()
    async with verifying(issuer.url, time) as oidc:
        key, algorithm = issuer.keys["key-1"]
        token = jwt.encode(issuer.claims(), key, algorithm=algorithm)
        assert await oidc.verify(token)
        issuer.rotate("key-2", keep=True)
        time.shift = 11
        await oidc.verify(issuer.token())
        time.shift = 72
        await refused(oidc, token, "does not have")


async def test_a_slow_issuer_is_given_up(
    issuer: OidcIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_gateway.identity.issuer.FETCH_SECONDS", 0.05)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with aiohttp.ClientSession() as session:
        keys = Issuer(url, session, asyncio.get_running_loop().time)
        with pytest.raises(Unavailable):
            await keys.key("k", "ES256")
        await keys.close()
    server.close()
