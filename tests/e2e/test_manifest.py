"""What can be said of install.yaml without a cluster: it hangs together and asks for little."""

from typing import Any

import pytest
import yaml

from e2e.installation import SYSTEM, install_documents

Manifest = dict[str, Any]
DOCUMENTS = install_documents()


def _of(kind: str) -> list[Manifest]:
    return [document for document in DOCUMENTS if document["kind"] == kind]


def _pod(deployment: Manifest) -> Manifest:
    spec: Manifest = deployment["spec"]["template"]["spec"]
    return spec


deployments = pytest.mark.parametrize(
    "deployment", _of("Deployment"), ids=lambda found: str(found["metadata"]["name"])
)


def test_nothing_is_named_twice() -> None:
    keys = [(d["kind"], d["metadata"].get("namespace"), d["metadata"]["name"]) for d in DOCUMENTS]
    assert len(keys) == len(set(keys))


def test_all_lives_in_one_namespace_that_enforces_restricted_pods() -> None:
    (namespace,) = _of("Namespace")
    assert DOCUMENTS[0] == namespace, "whatever is in it comes after it"
    assert namespace["metadata"]["name"] == SYSTEM
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    placed = {d["metadata"]["namespace"] for d in DOCUMENTS if "namespace" in d["metadata"]}
    assert placed == {SYSTEM}


@deployments
def test_pods_survive_the_loss_of_a_node(deployment: Manifest) -> None:
    assert deployment["spec"]["replicas"] == 2
    selector = deployment["spec"]["selector"]
    assert selector["matchLabels"].items() <= (
        deployment["spec"]["template"]["metadata"]["labels"].items()
    )
    budgets = [b for b in _of("PodDisruptionBudget") if b["spec"]["selector"] == selector]
    assert len(budgets) == 1
    spread = _pod(deployment)["topologySpreadConstraints"]
    assert {constraint["whenUnsatisfiable"] for constraint in spread} == {"ScheduleAnyway"}


@deployments
def test_pods_ask_for_little(deployment: Manifest) -> None:
    (container,) = _pod(deployment)["containers"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["resources"]["limits"].keys() == {"memory"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["imagePullPolicy"] == "IfNotPresent"


@deployments
def test_probes_name_a_port_that_there_is(deployment: Manifest) -> None:
    (container,) = _pod(deployment)["containers"]
    ports = {port["name"] for port in container["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] in ports


@deployments
def test_every_pod_is_in_a_network_policy_that_opens_only_its_port(deployment: Manifest) -> None:
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    (container,) = _pod(deployment)["containers"]
    mine = [
        policy["spec"]
        for policy in _of("NetworkPolicy")
        if policy["spec"]["podSelector"].get("matchLabels", {}).items() <= labels.items()
    ]
    assert {"podSelector": {}, "policyTypes": ["Ingress"]} in mine, "deny is the default"
    opened = {
        port["port"] for spec in mine for rule in spec.get("ingress", []) for port in rule["ports"]
    }
    assert opened == {port["name"] for port in container["ports"]}


def test_every_binding_joins_an_account_and_a_role_that_there_are() -> None:
    accounts = {account["metadata"]["name"] for account in _of("ServiceAccount")}
    for kind in ("ClusterRole", "Role"):
        roles = {role["metadata"]["name"] for role in _of(kind)}
        for binding in _of(f"{kind}Binding"):
            assert binding["roleRef"]["kind"] == kind
            assert binding["roleRef"]["name"] in roles
            assert {subject["name"] for subject in binding["subjects"]} <= accounts
    used = {_pod(deployment)["serviceAccountName"] for deployment in _of("Deployment")}
    assert used == accounts


def test_no_role_grants_everything() -> None:
    for role in (*_of("ClusterRole"), *_of("Role")):
        for rule in role["rules"]:
            assert "*" not in (*rule["verbs"], *rule["resources"], *rule["apiGroups"])


def test_the_gateway_can_neither_write_nor_read_secrets() -> None:
    (role,) = [r for r in _of("ClusterRole") if r["metadata"]["name"] == "quarterdeck-gateway"]
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} <= {"get", "list", "watch"}
    resources = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert resources == {"agents", "endpointslices"}
    assert not [r for r in _of("RoleBinding") if r["metadata"]["name"] == "quarterdeck-gateway"]


def test_the_service_reaches_the_gateways_pods() -> None:
    (service,) = _of("Service")
    (gateway,) = [d for d in _of("Deployment") if d["metadata"]["name"] == "quarterdeck-gateway"]
    template = gateway["spec"]["template"]
    assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
    (port,) = service["spec"]["ports"]
    (container,) = _pod(gateway)["containers"]
    assert port["port"] == 80
    assert port["targetPort"] in {declared["name"] for declared in container["ports"]}


def test_no_secret_is_shipped() -> None:
    assert not _of("Secret"), "the operator makes the admin key at its first start"
    assert "qd_" not in yaml.safe_dump_all(DOCUMENTS)
