"""Keys for one purpose each out of one secret, none of which tells anything about another, or about
the hashes of API keys, which the secret itself makes."""

import hashlib
import hmac


def hkdf(secret: bytes, info: bytes) -> bytes:
    """32 bytes by HKDF-SHA256 (RFC 5869) without a salt: one round of expansion."""
    extracted = hmac.digest(bytes(hashlib.sha256().digest_size), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")
