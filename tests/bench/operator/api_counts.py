"""What an operator asked of the API server, by the server's own books.

A client's own count would miss what its library does behind its back. The books know no callers,
so what the load caused is subtracted, and the cluster's controllers are told apart by their verb:
they write with PUT, which neither operator uses.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.transport import Request
from support.cluster import LABEL, SAMPLE

Requests = Counter[tuple[str, str]]
"""By (verb, resource), subresources included."""

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


async def read_counts(client: KubeClient) -> Requests:
    """All that concerns agents and their children since the server started."""
    books = await client.transport.send(Request("GET", "/metrics", accept="*/*"))
    counts: Requests = Counter()
    for line in books.decode().splitlines():
        if sample := SAMPLE.match(line):
            labels = dict(LABEL.findall(sample["labels"]))
            if labels["resource"] in RESOURCES and labels["verb"] in VERBS:
                counts[labels["verb"], labels["resource"]] += int(float(sample["value"]))
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
