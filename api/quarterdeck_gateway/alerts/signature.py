"""How a receiver knows that an alert is ours, and fresh.

The header ``X-Quarterdeck-Signature: t=<unix seconds>,v1=<hex>`` holds the HMAC-SHA256 of
``<t>.<body>`` with the shared secret. The time is part of what is signed, so that an alert that
somebody recorded cannot be sent again much later.
"""

import hashlib
import hmac
import re
from typing import Final

SIGNATURE_HEADER: Final = "X-Quarterdeck-Signature"
DELIVERY_HEADER: Final = "X-Quarterdeck-Delivery"
"""The same for every attempt to deliver one alert."""
TOLERANCE_SECONDS: Final = 300
_SIGNATURE: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: bytes, body: bytes, at: int) -> str:
    """Value of the signature header for ``body`` sent ``at`` seconds since the epoch."""
    return f"t={at},v1={_mac(secret, body, at)}"


def verify_signature(
    secret: bytes, body: bytes, header: str, now: float, tolerance: float = TOLERANCE_SECONDS
) -> bool:
    """Whether ``header`` was made with ``secret`` for exactly these bytes, not long ago.

    For receivers: read the raw body before any JSON parser touches it.
    """
    match = _SIGNATURE.fullmatch(header)
    if match is None:
        return False
    at = int(match[1])
    fits = hmac.compare_digest(_mac(secret, body, at), match[2])
    return fits and abs(now - at) <= tolerance


def _mac(secret: bytes, body: bytes, at: int) -> str:
    return hmac.new(secret, b"%d." % at + body, hashlib.sha256).hexdigest()
