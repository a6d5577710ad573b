"""Tokens against a real issuer: its keys change, it goes away, and others try to be it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.errors import Forbidden, Unauthenticated, Unavailable
from quarterdeck_gateway.identity.issuer import KEY_OF_ALGORITHM, Issuer
from quarterdeck_gateway.identity.oidc import Oidc
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.upstream.guard import guarded_session, issuer_addresses
from support.oidc_issuer import AUDIENCE, OidcIssuer, private_key


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


@pytest.fixture
async def issuer() -> AsyncIterator[OidcIssuer]:
    async with OidcIssuer() as running:
        yield running


async def refused(oidc: Oidc, token: str, because: str) -> None:
    with pytest.raises(Unauthenticated, match=because) as caught:
        await oidc.verify(token)
    assert token not in caught.value.message


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"])
async def test_a_good_token(issuer: OidcIssuer, algorithm: str) -> None:
    issuer.rotate("k", algorithm)
    async with verifying(issuer.url) as oidc:
        found = await oidc.verify(issuer.token(quarterdeck_team="blue"))
    host = issuer.url.removeprefix("http://")
    assert found == Principal(f"{host}/joe", Role.USER, ("team-a",), team="blue")


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
        async with asyncio.timeout(2):
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
    async with verifying(issuer.url, time, oidc_leeway_seconds=5) as oidc:
        token = issuer.token(exp=datetime.now(UTC).timestamp() + 20)
        await oidc.verify(token)
        time.shift = 24
        await oidc.verify(token)
        time.shift = 26
        await refused(oidc, token, "expired")


# What forgers send: none of it may pass, and none of it may be a bug.


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "ES256K", None, 7, []])
async def test_an_algorithm_that_is_not_on_the_list(issuer: OidcIssuer, algorithm: Any) -> None:
    token = unsigned({"alg": algorithm, "kid": "key-1"}, issuer.claims())
    async with verifying(issuer.url) as oidc:
        await refused(oidc, token, r"algorithm|not a JWT")
    assert issuer.fetches == [], "not even asked"


async def test_a_public_key_is_no_shared_secret(issuer: OidcIssuer) -> None:
    issuer.rotate("key-1", "RS256")
    key, _ = issuer.keys["key-1"]
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = {"alg": "HS256", "kid": "key-1"}
    signing_input = unsigned(header, issuer.claims()).rsplit(".", 1)[0]
    import hashlib
    import hmac

    signature = hmac.new(pem, signing_input.encode(), hashlib.sha256).digest()
    forged = unsigned(header, issuer.claims(), signature)
    async with verifying(issuer.url) as oidc:
        await refused(oidc, forged, "algorithm")
    assert not {name for name in KEY_OF_ALGORITHM if name.startswith("HS") or name == "none"}


async def test_a_key_of_another_kind_than_the_token_says(issuer: OidcIssuer) -> None:
    issuer.rotate("key-1", "ES256")
    other = private_key("RS256")
    token = jwt.encode(issuer.claims(), other, algorithm="RS256", headers={"kid": "key-1"})
    async with verifying(issuer.url) as oidc:
        await refused(oidc, token, "does not have")


async def test_a_signature_of_somebody_else(issuer: OidcIssuer) -> None:
    other = private_key("ES256")
    token = jwt.encode(issuer.claims(), other, algorithm="ES256", headers={"kid": "key-1"})
    async with verifying(issuer.url) as oidc:
        await refused(oidc, token, "signature is wrong")


async def test_a_key_that_comes_with_the_token_does_not_count(issuer: OidcIssuer) -> None:
    from support.oidc_issuer import public_jwk

    own = private_key("ES256")
    headers = {"kid": "mine", "jwk": public_jwk(own), "jku": "http://evil.example/keys"}
    token = jwt.encode(issuer.claims(), own, algorithm="ES256", headers=headers)
    async with verifying(issuer.url) as oidc:
        await refused(oidc, token, "does not have")


async def test_any_changed_byte_is_noticed(issuer: OidcIssuer) -> None:
    token = issuer.token()
    head, claims, signature = token.split(".")
    other = base64.urlsafe_b64encode(
        json.dumps(issuer.claims(quarterdeck_role="admin")).encode()
    ).rstrip(b"=")
    async with verifying(issuer.url) as oidc:
        await oidc.verify(token)
        for forged in (
            f"{head}.{other.decode()}.{signature}",
            f"{head}.{claims}.{signature[:-8]}AAAAAAAA",
            f"{head}.{claims}.",
        ):
            await refused(oidc, forged, "signature is wrong")


@pytest.mark.parametrize(
    "token",
    [
        "..",
        "a.b.c",
        "é.é.é",
        "\udcff.\udcff.\udcff",
        base64.urlsafe_b64encode(b"[" * 9000).decode() + ".e30.x",
        base64.urlsafe_b64encode(b'{"alg":"ES256","x":' + b"[" * 9000).decode() + ".e30.x",
        unsigned({"alg": "ES256", "kid": ["key-1"]}, {}),
        unsigned({"alg": "ES256", "kid": "key-1", "crit": ["x"], "x": 1}, {}),
        unsigned({"alg": "ES256", "kid": "key-1", "b64": False}, {}),
        "e30." * 2 + "x" * 20_000,
    ],
)
async def test_what_is_no_token(issuer: OidcIssuer, token: str) -> None:
    async with verifying(issuer.url) as oidc:
        with pytest.raises(Unauthenticated):
            await oidc.verify(token)


async def test_payloads_that_are_no_claims(issuer: OidcIssuer) -> None:
    key, algorithm = issuer.keys["key-1"]
    deep = b"[" * 7000
    async with verifying(issuer.url) as oidc:
        for payload in (b"[]", b"7", b"null", b"{", b"\xff\xfe", deep):
            token = jwt.api_jws.encode(payload, key, algorithm, headers={"kid": "key-1"})
            with pytest.raises(Unauthenticated):
                await oidc.verify(token)


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
