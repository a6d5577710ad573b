"""What the client reports about its requests, without deciding who counts them.

The command line has no metrics and must not import a metrics library, hence a Protocol with a
null implementation here and the Prometheus one in its own module.
"""

from typing import Final, Protocol

NO_RESPONSE: Final = "<error>"
"""Value of ``code`` for a request that got no response, as client-go reports it."""


class RequestMetrics(Protocol):
    """Told once about every request, when its response has begun or it failed."""

    def observe(self, method: str, resource_kind: str, code: str, seconds: float) -> None:
        """Count one request; ``seconds`` is until the response began, as client-go measures."""
        ...


class NullRequestMetrics:
    """Counts nothing."""

    def observe(self, method: str, resource_kind: str, code: str, seconds: float) -> None:
        """Forget the request."""
