"""Story: how fresh watches are can be read from outside."""

import time

from prometheus_client import CollectorRegistry

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.prometheus import WatchCollector
from quarterdeck_kube.resources import AGENT, MODEL, Resource


async def test_the_stalest_watch_of_a_kind_is_told() -> None:
    client = KubeClient(Credentials(server="http://127.0.0.1:1"))

    def informer(resource: Resource, age: float) -> Informer:
        made = Informer(client, resource, lambda *_: None)
        made.last_seen = time.monotonic() - age
        return made

    registry = CollectorRegistry()
    watches = [informer(AGENT, 5), informer(AGENT, 300), informer(MODEL, 1)]
    registry.register(WatchCollector("quarterdeck_gateway", watches))

    def sample(name: str, kind: str) -> float:
        found = registry.get_sample_value(f"quarterdeck_gateway_watch_{name}", {"kind": kind})
        assert found is not None
        return found

    assert 299 < time.time() - sample("last_seen_timestamp_seconds", "Agent") < 400
    assert 0 < time.time() - sample("last_seen_timestamp_seconds", "Model") < 100
    assert sample("synced", "Agent") == 0
