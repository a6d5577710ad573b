"""Story: an administrator installs the chart by Helm, reads what it says, and tries `helm test`."""

from collections import Counter

import pytest

from e2e.echo import ROLL_SECONDS, echo_agent, provider_key
from e2e.helm import helm
from e2e.installation import INSTALL, RELEASE, SYSTEM, TESTED_AGENT, Installation
from e2e.objects import Manifest, agent_is, condition, listed, read
from e2e.pods import apply
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(420)]

PODS = {"operator": 2, "gateway": 2, "ui": 2, "redis": 1, "postgres": 1, "prometheus": 1}


def _component(pod: Manifest) -> str:
    component: str = pod["metadata"]["labels"]["app.kubernetes.io/component"]
    return component


def _is_ready(pod: Manifest) -> bool:
    return bool(condition(pod, "Ready").get("status") == "True")


def test_every_pod_is_ready_where_only_restricted_pods_are_admitted(
    installation: Installation,
) -> None:
    labels = read("namespace", SYSTEM, SYSTEM)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"

    def ready() -> bool:
        running = [pod for pod in listed("pods", SYSTEM) if _component(pod) in PODS]
        assert Counter(map(_component, running)) == PODS
        return all(map(_is_ready, running))

    eventually("every pod ready", ready, seconds=PATIENCE)


def test_helm_says_what_to_do_next(installation: Installation) -> None:
    said = installation.notes.partition("NOTES:")[2]
    for command in (
        f"kubectl get secret quarterdeck-admin-key -n {SYSTEM}",
        f"kubectl port-forward -n {SYSTEM} service/quarterdeck-ui 8080:80",
        f"helm test {RELEASE} -n {SYSTEM}",
    ):
        assert command in said
    assert installation.admin_key not in installation.notes


def test_helm_test_chats_with_an_agent(
    installation: Installation, provider: str, restricted: str
) -> None:
    apply(restricted, *echo_agent(TESTED_AGENT), provider_key("first-key"))
    eventually(
        "agent ready",
        lambda: agent_is(TESTED_AGENT, restricted, ready=True),
        seconds=ROLL_SECONDS,
    )
    said = helm("test", RELEASE, "-n", SYSTEM, "--logs")
    assert f'{TESTED_AGENT} says: "Hello, world!"' in said
    assert "Phase:          Succeeded" in said
    assert installation.admin_key not in said


def test_the_api_server_accepts_install_yaml(installation: Installation, restricted: str) -> None:
    # In a namespace of its own: Helm's objects have the same names here.
    text = INSTALL.read_text().replace(SYSTEM, restricted)
    said = kubectl("apply", "--dry-run=server", "-f", "-", stdin=text, timeout=120)
    assert "deployment.apps/quarterdeck-gateway created (server dry run)" in said
    assert "error" not in said.lower()
