"""What an operator asked of the API server, by the server's own books.

A client's own count would miss what its library does behind its back. The books know no callers,
so what the load caused is subtracted, and the cluster's controllers are told apart by their verb:
they write with PUT, which neither operator uses.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final

from support.cluster import api_requests

Requests = Counter[tuple[str, str]]
"""By (verb, resource), where a subresource makes ``agents/status``."""

RESOURCES: Final = {
    "agents",
    "models",
    "configmaps",
    "deployments",
    "events",
    "horizontalpodautoscalers",
    "networkpolicies",
    "poddisruptionbudgets",
    "serviceaccounts",
    "services",
}
VERBS: Final = ("GET", "POST", "PATCH", "APPLY", "DELETE")
READS: Final = {"GET"}


async def read_counts() -> Requests:
    """All that concerns agents and their children since the server started."""
    counts: Requests = Counter()
    for (verb, resource, subresource, _), value in (await asyncio.to_thread(api_requests)).items():
        if resource in RESOURCES and verb in VERBS:
            counts[verb, f"{resource}/{subresource}" if subresource else resource] += value
    return counts


def between(
    before: Requests, after: Requests, by_load: Mapping[tuple[str, str], int] | None = None
) -> Requests:
    """What came in between, less what the load itself asked."""
    caused = Counter(after)
    caused.subtract(before)
    caused.subtract(by_load or {})
    return Counter({key: count for key, count in caused.items() if count > 0})


def writes(requests: Requests) -> int:
    """How many of them change something, or try to."""
    return sum(count for (verb, _), count in requests.items() if verb not in READS)


def of_verb(requests: Requests, verb: str) -> int:
    """How many of them had this verb."""
    return sum(count for (each, _), count in requests.items() if each == verb)
