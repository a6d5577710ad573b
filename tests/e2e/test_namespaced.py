"""Story: a team without rights in the cluster installs Quarterdeck for two namespaces of its own.

Last of all, and behind the uninstalling: an operator of the whole cluster would care for the same
agents.
"""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
import yaml
from openai import OpenAI

from e2e.echo import ROLL_SECONDS, answer, echo_agent, provider_key
from e2e.helm import helm
from e2e.installation import CHARTS, RELEASE, ROOT, SYSTEM, images, images_on_nodes
from e2e.objects import CHILD_KINDS, MANAGED, Manifest, agent_is, condition, listed, read
from e2e.pods import PROVIDER, apply, fake_provider, wait_ready
from e2e.port_forward import LastingForward
from e2e.waiting import PATIENCE, eventually
from support.cluster import KubectlError, kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(420)]

PERSON: Final = "ned"
KINDS: Final = (
    "deployments,statefulsets,replicasets,jobs,pods,services,configmaps,secrets,serviceaccounts,"
    "persistentvolumeclaims,roles,rolebindings,networkpolicies,poddisruptionbudgets,leases,"
    "agents,models,apikeys,budgets"
)
OWNER: Final = "owner"
OF_A_NAMESPACE: Final = {
    "ConfigMap kube-root-ca.crt",
    "ServiceAccount default",
    f"RoleBinding {OWNER}",
}


@dataclass(frozen=True)
class Team:
    """Its namespaces: of the installation, of its agents, and one that it did not name."""

    system: str
    agents: str
    other: str


@pytest.fixture(scope="module")
def team(cluster: str) -> Iterator[Team]:
    """Whoever is PERSON may do everything in two namespaces, and nothing anywhere else."""
    name = f"qd-e2e-{secrets.token_hex(4)}"
    team = Team(name, f"{name}-agents", f"{name}-other")
    for namespace in (team.system, team.agents, team.other):
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        metadata = {"name": namespace, "labels": labels}
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        kubectl("create", "-f", "-", stdin=yaml.safe_dump(body))
    owns = ("create", "rolebinding", OWNER, "--clusterrole=cluster-admin", f"--user={PERSON}")
    for namespace in (team.system, team.agents):
        kubectl(*owns, "-n", namespace)
    try:
        yield team
    finally:
        # What is left of a story that failed must not keep its finalizers for nobody.
        helm("uninstall", RELEASE, "-n", team.system, "--ignore-not-found", "--wait")
        kubectl("delete", "namespace", team.system, team.agents, team.other, "--wait=false")


@pytest.fixture(scope="module")
def alone(cluster: str) -> None:
    """Definitions are there, and nobody else acts on them."""
    missing = images() - images_on_nodes()
    if missing:
        pytest.skip(
            f"not on the nodes: {', '.join(sorted(missing))}; `make images`, then load them"
        )
    helm("uninstall", RELEASE, "-n", SYSTEM, "--ignore-not-found", "--no-hooks", "--wait")
    crds = str(ROOT / "manifests" / "crds")
    kubectl("apply", "--server-side", "--force-conflicts", "-f", crds)
    kubectl("wait", "--for=condition=Established", "-f", crds, "--timeout=30s")


@pytest.fixture(scope="module")
def installed(alone: None, team: Team) -> Team:
    """The chart, installed by the team's own person, with all that it can leave chosen to go."""
    small = {"replicas": 1}
    stores = {"storage": {"enabled": False}}
    values: Manifest = {
        "rbac": {"scope": "namespaced"},
        "watchNamespaces": [team.agents],
        "operator": small,
        "gateway": small,
        "ui": {"enabled": False},
        "redis": stores,
        "postgres": stores,
        "prometheus": {"enabled": False},
        "uninstall": {"customResources": True, "secrets": True},
    }
    _helm(team, "install", str(CHARTS / RELEASE), "--wait", "--timeout=180s", values=values)
    return team


def _helm(team: Team, verb: str, *args: str, values: Manifest | None = None) -> str:
    return helm(verb, RELEASE, *args, "-n", team.system, f"--kube-as-user={PERSON}", values=values)


def _cluster_wide(team: Team) -> list[str]:
    """Cluster-wide objects that name the installation, or the operator or gateway of any."""
    found = kubectl("get", "clusterroles,clusterrolebindings", "-o", "name").split()
    ours = (team.system, "quarterdeck-operator", "quarterdeck-gateway", "quarterdeck-uninstall")
    return [name for name in found if any(word in name for word in ours)]


def _objects(namespace: str) -> set[str]:
    return {f"{item['kind']} {item['metadata']['name']}" for item in listed(KINDS, namespace)}


def _leaves_only(namespace: str, expected: set[str]) -> None:
    eventually("the rest collected", lambda: _objects(namespace) <= expected, seconds=180)
    assert _objects(namespace) == expected


def _declare(namespace: str) -> None:
    apply(namespace, *echo_agent(), provider_key("first-key"))


def test_an_agent_of_the_team_chats(installed: Team) -> None:
    image = next(name for name in images() if "/gateway:" in name)
    apply(installed.agents, *fake_provider(image))
    _declare(installed.other)
    _declare(installed.agents)
    wait_ready(installed.agents, PROVIDER)
    eventually(
        "agent ready",
        lambda: agent_is("echo", installed.agents, ready=True),
        seconds=ROLL_SECONDS,
    )
    stored = read("secret", "quarterdeck-admin-key", installed.system)["data"]["key"]
    key = base64.b64decode(stored).decode()
    with (
        LastingForward("quarterdeck-gateway", installed.system, probe="/healthz") as way,
        OpenAI(base_url=f"{way.url}/v1", api_key=key, max_retries=0) as client,
    ):
        agent = f"{installed.agents}/echo"
        eventually("a chat answered", lambda: answer(client, agent), seconds=PATIENCE)
        assert [model.id for model in client.models.list()] == [agent]


def test_nobody_has_rights_beyond_the_two_namespaces(installed: Team) -> None:
    assert _cluster_wide(installed) == []
    with pytest.raises(KubectlError, match="no"):
        kubectl("auth", "can-i", "list", "agents.quarterdeck.dev", "-A", f"--as={PERSON}")
    for plane in ("operator", "gateway"):
        account = f"system:serviceaccount:{installed.system}:quarterdeck-{plane}"
        asked = ("auth", "can-i", "list", "agents.quarterdeck.dev", f"--as={account}")
        assert kubectl(*asked, "-n", installed.agents).strip() == "yes"
        with pytest.raises(KubectlError, match="no"):
            kubectl(*asked, "-n", installed.other)


def test_agents_elsewhere_are_left_alone(installed: Team) -> None:
    assert condition(read("agent", "echo", installed.other), "Ready") == {}
    assert listed(CHILD_KINDS, installed.other, MANAGED) == []


def test_uninstalled_it_leaves_nothing(installed: Team) -> None:
    _helm(installed, "uninstall", "--wait", "--timeout=120s")
    given = {
        f"Pod {PROVIDER}",
        f"Service {PROVIDER}",
        f"ConfigMap {PROVIDER}",
        "Secret provider-key",
    }
    _leaves_only(installed.system, OF_A_NAMESPACE)
    _leaves_only(installed.agents, OF_A_NAMESPACE | given)
    assert _cluster_wide(installed) == []
    assert read("agent", "echo", installed.other)["spec"], (
        "what it did not serve is not its to take"
    )
