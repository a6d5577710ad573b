"""What browsers are told about the web UI's files: what may run in its pages, and what may be kept.

The policy is the UI's alone; answers of the API keep their stricter one.
"""

from typing import Final

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        # Positions and colours that components compute: attributes, never sheets.
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HASHED: Final = "assets/"
"""Folder of files whose name changes with their content."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"


def headers_for(path: str) -> dict[str, str]:
    """Response headers of a file of the UI."""
    return {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "cache-control": _FOR_EVER if path.startswith(HASHED) else _ASK_FIRST,
    }
