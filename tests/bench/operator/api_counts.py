"""What an operator asked of the API server; a client's own count would miss what a library does.

The server's own books cost nothing, but know no callers: what the load caused is subtracted, the
cluster's controllers are told apart by their verb (they write with PUT, which neither operator
uses), and whatever others do meanwhile is in them. Where the answer should be "nothing at all", a
proxy counts on the wire instead, so that it is exact on a shared cluster too.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.transport import Request
from support.cluster import LABEL, SAMPLE
from support.fault_proxy import OBJECT_PATH, FaultProxy

Requests = Counter[tuple[str, str]]
"""By (verb, resource), subresources included."""
Counts = Callable[[], Awaitable[Requests]]
"""All requests so far: ask before and after."""

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


def server_books(client: KubeClient) -> Counts:
    """All that anybody asked about agents and their children since the server started."""

    async def read() -> Requests:
        books = await client.transport.send(Request("GET", "/metrics", accept="*/*"))
        counts: Requests = Counter()
        for line in books.decode().splitlines():
            if sample := SAMPLE.match(line):
                labels = dict(LABEL.findall(sample["labels"]))
                if labels["resource"] in RESOURCES and labels["verb"] in VERBS:
                    counts[labels["verb"], labels["resource"]] += int(float(sample["value"]))
        return counts

    return read


def on_the_wire(proxy: FaultProxy) -> Counts:
    """The same of those alone who go through ``proxy``; server-side apply is a PATCH there."""

    async def read() -> Requests:
        counts: Requests = Counter()
        for (verb, template), value in proxy.counts.items():
            path = OBJECT_PATH.match(template)
            if path is not None and path["plural"] in RESOURCES and verb in VERBS:
                counts[verb, path["plural"]] += value
        return counts

    return read


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
