"""The body that a manifest comes in, before anybody looks into it."""

from typing import Final

from fastapi import Request

from quarterdeck_gateway.errors import BodyTooLarge, InvalidRequest

MAX_BYTES: Final = 256 * 1024
"""Far more than any of our kinds needs, far less than a chat may be long."""


async def require_manifest_body(request: Request) -> None:
    """As a FastAPI dependency: raises BodyTooLarge, or InvalidRequest when there is none."""
    length = len(await request.body())
    if length > MAX_BYTES:
        raise BodyTooLarge(
            f"The manifest has {length} bytes: it may have up to {MAX_BYTES}. Shorten it."
        )
    if not length:
        raise InvalidRequest("The body is empty: send the manifest as JSON.")
