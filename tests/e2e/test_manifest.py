"""What can be said of install.yaml without a cluster: it hangs together and asks for little."""

from typing import Any

import pytest
import yaml

from e2e.installation import SYSTEM, install_documents
from quarterdeck_contract.names import (
    GATEWAY_AUTH_KEY,
    GATEWAY_AUTH_SECRET,
    PEPPER_KEY,
    PEPPER_SECRET,
)
from quarterdeck_operator.installation import PASSWORD_FIELD, POSTGRES, REDIS, URL_FIELD

Manifest = dict[str, Any]
DOCUMENTS = install_documents()
MADE_BY_THE_OPERATOR = {
    (GATEWAY_AUTH_SECRET, GATEWAY_AUTH_KEY),
    (PEPPER_SECRET, PEPPER_KEY),
    *((store, field) for store in (REDIS, POSTGRES) for field in (PASSWORD_FIELD, URL_FIELD)),
}


def _of(kind: str) -> list[Manifest]:
    return [document for document in DOCUMENTS if document["kind"] == kind]


def _pod(deployment: Manifest) -> Manifest:
    spec: Manifest = deployment["spec"]["template"]["spec"]
    return spec


deployments = pytest.mark.parametrize(
    "deployment", _of("Deployment"), ids=lambda found: str(found["metadata"]["name"])
)
stores = pytest.mark.parametrize(
    "store", _of("StatefulSet"), ids=lambda found: str(found["metadata"]["name"])
)
workloads = pytest.mark.parametrize(
    "workload",
    [*_of("Deployment"), *_of("StatefulSet")],
    ids=lambda found: str(found["metadata"]["name"]),
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


@workloads
def test_pods_ask_for_little(workload: Manifest) -> None:
    pod = _pod(workload)
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert container["resources"]["limits"].keys() == {"memory"}
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["imagePullPolicy"] == "IfNotPresent"


@workloads
def test_volumes_that_are_mounted_are_there(workload: Manifest) -> None:
    pod = _pod(workload)
    claims = workload["spec"].get("volumeClaimTemplates", ())
    volumes = {volume["name"] for volume in pod["volumes"]}
    volumes |= {claim["metadata"]["name"] for claim in claims}
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes


@stores
def test_stores_keep_what_they_hold_and_let_only_the_gateway_in(store: Manifest) -> None:
    assert store["spec"]["replicas"] == 1
    assert len(store["spec"]["volumeClaimTemplates"]) == 1
    labels = store["spec"]["template"]["metadata"]["labels"]
    (policy,) = [
        p["spec"]
        for p in _of("NetworkPolicy")
        if p["spec"]["podSelector"].get("matchLabels", {"no": "pod"}).items() <= labels.items()
    ]
    (gateway,) = [d for d in _of("Deployment") if d["metadata"]["name"] == "quarterdeck-gateway"]
    (rule,) = policy["ingress"]
    assert rule["from"] == [{"podSelector": gateway["spec"]["selector"]}]
    (container,) = _pod(store)["containers"]
    assert [port["port"] for port in rule["ports"]] == [p["name"] for p in container["ports"]]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []


@workloads
def test_secrets_come_from_secrets_that_the_operator_makes(workload: Manifest) -> None:
    pod = _pod(workload)
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        for variable in container["env"]:
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            secret = any(word in variable["name"] for word in ("KEY_", "URL", "PASSWORD", "AUTH"))
            assert secret == (reference is not None), variable["name"]
            if reference is not None:
                assert (reference["name"], reference["key"]) in MADE_BY_THE_OPERATOR


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
    assert not any("serviceAccountName" in _pod(store) for store in _of("StatefulSet"))
    assert used == accounts


def test_no_role_grants_everything() -> None:
    for role in (*_of("ClusterRole"), *_of("Role")):
        for rule in role["rules"]:
            assert "*" not in (*rule["verbs"], *rule["resources"], *rule["apiGroups"])


def test_the_gateway_writes_keys_and_budgets_alone_and_reads_no_secret() -> None:
    (role,) = [r for r in _of("ClusterRole") if r["metadata"]["name"] == "quarterdeck-gateway"]
    verbs: dict[str, set[str]] = {}
    for rule in role["rules"]:
        for resource in rule["resources"]:
            verbs.setdefault(resource, set()).update(rule["verbs"])
    watch, manage = {"list", "watch"}, {"get", "list", "watch", "create", "patch", "delete"}
    assert verbs == {
        "agents": watch,
        "models": watch,
        "endpointslices": watch,
        "apikeys": manage,
        "budgets": manage,
        "apikeys/status": {"patch"},
        "budgets/status": {"patch"},
    }
    assert not [r for r in _of("RoleBinding") if r["metadata"]["name"] == "quarterdeck-gateway"]


@pytest.mark.parametrize(
    ("name", "port"),
    [("quarterdeck-gateway", 80), ("quarterdeck-redis", 6379), ("quarterdeck-postgres", 5432)],
)
def test_services_reach_their_pods(name: str, port: int) -> None:
    (service,) = [s for s in _of("Service") if s["metadata"]["name"] == name]
    (workload,) = [
        w for w in (*_of("Deployment"), *_of("StatefulSet")) if w["metadata"]["name"] == name
    ]
    template = workload["spec"]["template"]
    assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
    (served,) = service["spec"]["ports"]
    (container,) = _pod(workload)["containers"]
    assert served["port"] == port
    assert served["targetPort"] in {declared["name"] for declared in container["ports"]}


def test_no_secret_is_shipped() -> None:
    assert not _of("Secret"), "the operator makes them at its first start"
    assert "qd_" not in yaml.safe_dump_all(DOCUMENTS)
