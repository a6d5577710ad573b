"""A real OIDC issuer on a real port: discovery, key set, tokens; and ways to misbehave."""

import json
import time
from collections.abc import Mapping
from typing import Any, Self

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "quarterdeck"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key(algorithm: str) -> PrivateKey:
    """A key for ``algorithm``; RSA keys are one and the same, they take long to make."""
    if algorithm.startswith(("RS", "PS")):
        return _RSA
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    return ec.generate_private_key(curves[algorithm])


def public_jwk(key: PrivateKey) -> dict[str, Any]:
    """The public half, as in a key set."""
    if isinstance(key, rsa.RSAPrivateKey):
        return dict(json.loads(RSAAlgorithm.to_jwk(key.public_key())))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return dict(json.loads(OKPAlgorithm.to_jwk(key.public_key())))
    return dict(json.loads(ECAlgorithm.to_jwk(key.public_key())))


class OidcIssuer:
    """Use as an async context manager. ``fetches`` counts requests by path."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[PrivateKey, str]] = {}
        self.fetches: list[str] = []
        self.down = False
        self.discovery: dict[str, Any] = {}
        """Replaces fields of the discovery document."""
        self.key_set: Any = None
        """Replaces the key set."""
        self.url = ""
        self._runner: web.AppRunner | None = None
        self.rotate("key-1")

    def rotate(self, key_id: str, algorithm: str = "ES256", *, keep: bool = False) -> None:
        """Sign with a new key from now on, instead of those before or beside them."""
        kept = self.keys if keep else {}
        self.keys = kept | {key_id: (private_key(algorithm), algorithm)}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good token; a change to None leaves one out."""
        now = time.time()
        known = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "joe",
            "iat": now,
            "exp": now + 300,
            "quarterdeck_role": "user",
            "quarterdeck_namespaces": ["team-a"],
        }
        return {name: value for name, value in (known | changes).items() if value is not None}

    def token(self, *, headers: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """A token signed with the newest key."""
        key_id, (key, algorithm) = list(self.keys.items())[-1]
        sent = {"kid": key_id} | dict(headers or {})
        return jwt.encode(self.claims(**changes), key, algorithm=algorithm, headers=sent)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._discover)
        app.router.add_get("/keys", self._key_set)
        app.router.add_get("/elsewhere", self._key_set)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _discover(self, request: web.Request) -> web.Response:
        self._noted(request)
        known = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        return web.json_response(known | self.discovery)

    async def _key_set(self, request: web.Request) -> web.Response:
        self._noted(request)
        keys = [
            public_jwk(key) | {"kid": key_id, "alg": algorithm, "use": "sig"}
            for key_id, (key, algorithm) in self.keys.items()
        ]
        return web.json_response({"keys": keys} if self.key_set is None else self.key_set)

    def _noted(self, request: web.Request) -> None:
        self.fetches.append(request.path)
        if self.down:
            raise web.HTTPServiceUnavailable
