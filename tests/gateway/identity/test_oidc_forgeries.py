"""Tokens that somebody else made: no key of the issuer stands behind them."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from quarterdeck_gateway.errors import Unauthenticated
from quarterdeck_gateway.identity.issuer import KEY_OF_ALGORITHM
from support.oidc_issuer import OidcIssuer, private_key
from support.token_verifying import refused, verifying


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
