"""The chart with the values that people set: whatever they choose, what runs is held tight."""

import re

import pytest
import yaml

from quarterdeck_operator.own_secrets import OwnSecrets
from support.charts import (
    MATRIX,
    containers,
    labels,
    of_kind,
    pods,
    rendered,
    selects,
)

cases = pytest.mark.parametrize("case", MATRIX)
SECRET_MATERIAL = re.compile(r"qd_[A-Za-z0-9]|://[^/\s]*:[^/\s$]+@|BEGIN [A-Z ]*PRIVATE KEY")


@cases
def test_every_pod_is_restricted(case: str) -> None:
    for name, pod in pods(rendered(case)):
        context = pod["spec"]["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["runAsUser"] > 0, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["spec"]["enableServiceLinks"] is False, name
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name


@cases
def test_every_container_asks_for_little_and_has_a_limit(case: str) -> None:
    for name, pod in pods(rendered(case)):
        for container in containers(pod):
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
            assert container["resources"]["limits"].keys() == {"memory"}, name


@cases
def test_volumes_that_are_mounted_are_there(case: str) -> None:
    claims = {
        claim["metadata"]["name"]
        for store in of_kind(rendered(case), "StatefulSet")
        for claim in store["spec"].get("volumeClaimTemplates") or ()
    }
    for name, pod in pods(rendered(case)):
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]} | claims
        for container in containers(pod):
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, name


@cases
def test_only_those_who_ask_the_api_server_get_a_token(case: str) -> None:
    for name, pod in pods(rendered(case)):
        component = labels(pod)["app.kubernetes.io/component"]
        wanted = component in ("operator", "gateway", "uninstall", "leftovers")
        assert pod["spec"]["automountServiceAccountToken"] is wanted, name
        assert ("serviceAccountName" in pod["spec"]) is wanted, name


@cases
def test_every_component_has_a_network_policy_and_stores_admit_few(case: str) -> None:
    policies = [
        policy
        for policy in of_kind(rendered(case), "NetworkPolicy")
        if policy["spec"]["podSelector"]
    ]
    for name, pod in pods(rendered(case)):
        mine = [p["spec"] for p in policies if selects(p["spec"]["podSelector"], pod)]
        assert len(mine) == 1, name
        assert mine[0]["policyTypes"] == ["Ingress", "Egress"], name
        component = labels(pod)["app.kubernetes.io/component"]
        if component in ("redis", "postgres"):
            assert mine[0]["egress"] == []
            (rule,) = mine[0]["ingress"]
            admitted = {
                peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
                for peer in rule["from"]
            }
            assert admitted <= {"gateway", "migrations"}


@cases
def test_the_ui_reaches_the_gateway_and_dns_alone(case: str) -> None:
    for policy in of_kind(rendered(case), "NetworkPolicy"):
        if policy["metadata"]["name"] != "quarterdeck-ui":
            continue
        dns, gateway = policy["spec"]["egress"]
        assert {port["port"] for port in dns["ports"]} == {53, 5353}
        (peer,) = gateway["to"]
        assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "gateway"
        return
    assert MATRIX[case].get("ui") == {"enabled": False}


@cases
def test_services_reach_pods_by_ports_that_they_have(case: str) -> None:
    objects = rendered(case)
    for service in of_kind(objects, "Service"):
        wanted = {"matchLabels": service["spec"]["selector"]}
        found = [pod for name, pod in pods(objects) if selects(wanted, pod)]
        assert len(found) == 1, service["metadata"]["name"]
        ports = {port["name"] for part in containers(found[0]) for port in part.get("ports", ())}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


@cases
def test_probes_name_ports_that_there_are(case: str) -> None:
    for name, pod in pods(rendered(case)):
        for container in pod["spec"]["containers"]:
            ports = {port["name"] for port in container.get("ports", ())}
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                if "httpGet" in container.get(probe, {}):
                    assert container[probe]["httpGet"]["port"] in ports, name


@cases
def test_nothing_secret_is_rendered(case: str) -> None:
    assert not of_kind(rendered(case), "Secret"), "the operator makes them at its first start"
    assert not SECRET_MATERIAL.search(yaml.safe_dump_all(rendered(case)))


@cases
def test_secrets_that_are_read_are_made_or_brought(case: str) -> None:
    made = {*OwnSecrets().names(), "quarterdeck-grafana", "apikey-prometheus"}
    for name, pod in pods(rendered(case)):
        for container in containers(pod):
            for variable in container.get("env", ()):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference is not None:
                    read = reference["name"]
                    assert read in made or read.startswith(("my-", "mine-")), name


@cases
def test_nothing_is_named_twice(case: str) -> None:
    keys = [
        (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"])
        for item in rendered(case)
    ]
    assert len(keys) == len(set(keys))


@cases
def test_replicas_spread_and_drain_one_by_one(case: str) -> None:
    objects = rendered(case)
    for deployment in of_kind(objects, "Deployment"):
        name = deployment["metadata"]["name"]
        if name.endswith("-grafana"):
            continue
        selector = deployment["spec"]["selector"]
        budgets = of_kind(objects, "PodDisruptionBudget")
        assert [b["metadata"]["name"] for b in budgets if b["spec"]["selector"] == selector] == [
            name
        ]
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert {rule["whenUnsatisfiable"] for rule in spread} == {"ScheduleAnyway"}
        assert all(rule["labelSelector"] == selector for rule in spread)
