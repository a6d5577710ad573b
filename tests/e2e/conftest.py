"""Installs once for all stories, and gives each story a namespace of its own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml
from openai import OpenAI

from e2e.echo import ROLL_SECONDS, answer, echo_agent, provider_key
from e2e.helm import helm
from e2e.installation import (
    DEFINITIONS,
    RELEASE,
    SYSTEM,
    VALUES,
    Installation,
    admin_key,
    images,
    images_on_nodes,
    install,
)
from e2e.objects import agent_is
from e2e.pods import PROVIDER, PROVIDER_PORT, apply, fake_provider, wait_ready
from e2e.port_forward import LastingForward, PortForward
from e2e.prometheus import Prometheus
from e2e.waiting import PATIENCE, eventually
from support.cluster import cluster, kubectl

__all__ = ["cluster"]

LAST = ("test_uninstall", "test_namespaced")
"""The stories behind which there is no installation any more; the second needs that."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The installation serves every namespace, so it must not run beside other tests' operators."""
    items.sort(
        key=lambda item: (
            item.path.stem in LAST or "installation" in getattr(item, "fixturenames", ()),
            item.path.stem in LAST and 1 + LAST.index(item.path.stem),
        )
    )


@pytest.fixture(scope="session")
def ways() -> list[LastingForward]:
    """The ways into the installation that are open to all stories."""
    return []


@pytest.fixture(autouse=True)
def open_ways(request: pytest.FixtureRequest, ways: list[LastingForward]) -> None:
    """An earlier story may have replaced the pods that the ways led to, the last removes them."""
    if request.path.stem not in LAST:
        for way in ways:
            way.wait_open()


@contextmanager
def way(ways: list[LastingForward], service: str, probe: str) -> Iterator[str]:
    """The address of a Service, for as long as the installation lasts."""
    with LastingForward(service, SYSTEM, probe=probe) as forward:
        ways.append(forward)
        yield forward.url
        ways.remove(forward)


@pytest.fixture(scope="session")
def installation(cluster: str, ways: list[LastingForward]) -> Iterator[Installation]:
    """Installs as the README says; skips when the nodes lack an image of this version."""
    missing = images() - images_on_nodes()
    if missing:
        pytest.skip(
            f"not on the nodes: {', '.join(sorted(missing))}; `make images`, then load them"
        )
    kubectl("wait", "--for=delete", f"namespace/{SYSTEM}", "--timeout=120s", timeout=130)
    notes = install(VALUES)
    try:
        with way(ways, "quarterdeck-gateway", "/healthz") as url:
            image = next(name for name in images() if "/gateway:" in name)
            yield Installation(url, admin_key(), image, notes)
    finally:
        for release in (RELEASE, DEFINITIONS):
            helm("uninstall", release, "-n", SYSTEM, "--ignore-not-found", "--no-hooks")
        # The definitions stay: other tests of the same run may hold resources of these kinds.
        kubectl("delete", "namespace", SYSTEM, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="session")
def prometheus(installation: Installation, ways: list[LastingForward]) -> Iterator[Prometheus]:
    """The chart's Prometheus."""
    with way(ways, "quarterdeck-prometheus", "/-/ready") as url:
        yield Prometheus(url)


@pytest.fixture(scope="session")
def front(installation: Installation, ways: list[LastingForward]) -> Iterator[str]:
    """Where a browser would go: the web UI's Service."""
    with way(ways, "quarterdeck-ui", "/healthz") as url:
        yield url


@pytest.fixture(scope="module")
def restricted(cluster: str) -> Iterator[str]:
    """A namespace that admits only pods of Pod Security's strictest level."""
    name = f"qd-e2e-{secrets.token_hex(4)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": labels},
    }
    kubectl("create", "-f", "-", stdin=yaml.safe_dump(namespace))
    try:
        yield name
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def client(installation: Installation) -> Iterator[OpenAI]:
    """The official SDK, pointed at the gateway; a failure is seen, not retried away."""
    url = f"{installation.url}/v1"
    with OpenAI(base_url=url, api_key=installation.admin_key, max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def provider(installation: Installation, restricted: str) -> Iterator[str]:
    """Address of the fake provider's control, seen from the test."""
    apply(restricted, *fake_provider(installation.image))
    wait_ready(restricted, PROVIDER)
    with PortForward(PROVIDER, PROVIDER_PORT, restricted) as control:
        yield control.url


@pytest.fixture(scope="module")
def echo(provider: str, restricted: str, client: OpenAI) -> str:
    """The namespace in which agent ``echo`` is Ready with the first key, and has answered."""
    apply(restricted, *echo_agent(), provider_key("first-key"))
    eventually(
        "agent echo ready", lambda: agent_is("echo", restricted, ready=True), seconds=ROLL_SECONDS
    )
    eventually("agent echo answers", lambda: answer(client, f"{restricted}/echo"), seconds=PATIENCE)
    return restricted
