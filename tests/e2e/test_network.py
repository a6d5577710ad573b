"""Story: NetworkPolicies keep strangers out, and keep out nobody who belongs."""

import pytest

from e2e.echo import ROLL_SECONDS
from e2e.installation import SYSTEM, Installation
from e2e.objects import agent_is, staying, worker_pods
from e2e.pods import STRANGER, apply, connects, connects_by_shell, stranger, wait_ready
from e2e.prometheus import Prometheus
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(300)]

WORKER_PORT = 8080
REFUSED = "TimeoutError"
"""A policy drops packets without a word."""
AGENT = """
apiVersion: quarterdeck.dev/v1alpha1
kind: Model
metadata: {name: unused}
spec: {provider: openai-compatible, model: unused, baseURL: "http://unused.invalid/v1"}
---
apiVersion: quarterdeck.dev/v1alpha1
kind: Agent
metadata: {name: guarded}
spec: {model: unused, instructions: Answer.}
"""


@pytest.fixture(scope="module")
def worker_address(installation: Installation, restricted: str) -> str:
    """The address of a worker, with a stranger beside it in the same namespace."""
    kubectl("apply", "-n", restricted, "-f", "-", stdin=AGENT)
    apply(restricted, stranger(installation.image))
    wait_ready(restricted, STRANGER)
    eventually(
        "agent ready", lambda: agent_is("guarded", restricted, ready=True), seconds=ROLL_SECONDS
    )
    (pod,) = worker_pods("guarded", restricted)
    address: str = pod["status"]["podIP"]
    return address


def _pod_of(component: str) -> tuple[str, str]:
    """Name and address of a pod of the installation."""
    pod = staying(SYSTEM, f"app.kubernetes.io/component={component}")[0]
    return pod["metadata"]["name"], pod["status"]["podIP"]


def _connected(pod: str, namespace: str, host: str, port: int) -> None:
    """A policy takes a while to know a new pod, and a name that is looked up may get lost."""

    def reached() -> bool:
        return connects(pod, namespace, host, port) == "connected"

    eventually(f"{pod} reaches {host}:{port}", reached, seconds=PATIENCE)


def _refused(pod: str, namespace: str, host: str, port: int) -> None:
    def kept_out() -> bool:
        return connects(pod, namespace, host, port) == REFUSED

    eventually(f"{pod} is kept from {host}:{port}", kept_out, seconds=PATIENCE)


def _connected_by_shell(pod: str, host: str, port: int) -> None:
    def reached() -> bool:
        return connects_by_shell(pod, SYSTEM, host, port)

    eventually(f"{pod} reaches {host}:{port}", reached, seconds=PATIENCE)


def test_a_stranger_cannot_reach_a_worker(restricted: str, worker_address: str) -> None:
    service = f"agent-guarded.{restricted}.svc"
    for host in (worker_address, service):
        _refused(STRANGER, restricted, host, WORKER_PORT)


def test_the_gateway_can_reach_a_worker(worker_address: str) -> None:
    name, _ = _pod_of("gateway")
    _connected(name, SYSTEM, worker_address, WORKER_PORT)


def test_the_operator_has_no_business_with_workers(worker_address: str) -> None:
    name, _ = _pod_of("operator")
    _refused(name, SYSTEM, worker_address, WORKER_PORT)


def test_anyone_in_the_cluster_can_reach_the_gateways_service(
    restricted: str, worker_address: str
) -> None:
    host = f"quarterdeck-gateway.{SYSTEM}.svc"
    _connected(STRANGER, restricted, host, 80)


@pytest.mark.parametrize(("store", "port"), [("redis", 6379), ("postgres", 5432)])
def test_only_the_gateway_reaches_the_stores(
    restricted: str, worker_address: str, store: str, port: int
) -> None:
    host = f"quarterdeck-{store}.{SYSTEM}.svc"
    _refused(STRANGER, restricted, host, port)
    operator, _ = _pod_of("operator")
    _refused(operator, SYSTEM, host, port)
    gateway, _ = _pod_of("gateway")
    _connected(gateway, SYSTEM, host, port)


@pytest.mark.parametrize(
    ("component", "port"),
    [("operator", 8080), ("operator", 8081), ("prometheus", 9090), ("redis", 6379)],
)
def test_a_stranger_reaches_no_pod_but_those_at_the_front(
    restricted: str, worker_address: str, component: str, port: int
) -> None:
    _, address = _pod_of(component)
    _refused(STRANGER, restricted, address, port)
    for front, open_port in (("ui", 8080), ("gateway", 8000)):
        _, address = _pod_of(front)
        _connected(STRANGER, restricted, address, open_port)


def test_prometheus_reads_metrics_and_nothing_else(
    prometheus: Prometheus, worker_address: str
) -> None:
    reader, _ = _pod_of("prometheus")
    for component, port in (("operator", 8081), ("gateway", 8000)):
        _connected_by_shell(reader, _pod_of(component)[1], port)
    _connected_by_shell(reader, worker_address, WORKER_PORT)
    for component, port in (("redis", 6379), ("postgres", 5432), ("ui", 8080)):
        assert not connects_by_shell(reader, SYSTEM, _pod_of(component)[1], port)


def test_the_web_ui_reaches_the_gateway_alone(worker_address: str) -> None:
    nginx, _ = _pod_of("ui")
    _connected_by_shell(nginx, _pod_of("gateway")[1], 8000)
    others = [("redis", 6379), ("postgres", 5432), ("operator", 8081), ("prometheus", 9090)]
    for component, port in others:
        assert not connects_by_shell(nginx, SYSTEM, _pod_of(component)[1], port)
    assert not connects_by_shell(nginx, SYSTEM, worker_address, WORKER_PORT)
