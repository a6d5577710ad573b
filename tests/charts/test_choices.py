"""What single values change: registries, Secrets, rights, ways in."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from quarterdeck_gateway.rbac import GATEWAY_RULES, GATEWAY_SYSTEM_RULES
from quarterdeck_operator.rbac import (
    CLUSTER_RULES,
    NAMESPACE_RULES,
    UNINSTALL_RULES,
    manifests,
)
from support.charts import containers, of_kind, pods, rendered

SYSTEM = "quarterdeck-system"


def environment(case: str, workload: str) -> dict[str, Any]:
    (pod,) = [pod for name, pod in pods(rendered(case)) if name == workload]
    return {v["name"]: v.get("value", v.get("valueFrom")) for v in containers(pod)[0]["env"]}


def rules(case: str, kind: str, name: str) -> list[Any]:
    return [r["rules"] for r in of_kind(rendered(case), kind) if r["metadata"]["name"] == name]


def test_every_image_comes_from_the_registry() -> None:
    for name, pod in pods(rendered("registry")):
        assert pod["spec"]["imagePullSecrets"] == [{"name": "pull"}], name
        for container in containers(pod):
            assert container["image"].startswith("registry.example.com/mirror/"), name
    operator = environment("registry", "Deployment quarterdeck-operator")
    assert operator["QUARTERDECK_WORKER_IMAGE"].startswith(
        "registry.example.com/mirror/quarterdeck/"
    )
    assert operator["QUARTERDECK_IMAGE_PULL_SECRETS"] == "pull"


@pytest.mark.parametrize("case", ["defaults", "everything-on"])
def test_rights_are_those_of_the_source(case: str) -> None:
    assert rules(case, "ClusterRole", "quarterdeck-operator") == [manifests(CLUSTER_RULES)]
    assert rules(case, "Role", "quarterdeck-operator") == [manifests(NAMESPACE_RULES)]
    assert rules(case, "ClusterRole", "quarterdeck-gateway") == [list(GATEWAY_RULES)]
    assert rules(case, "Role", "quarterdeck-gateway") == [list(GATEWAY_SYSTEM_RULES)]


def test_the_uninstaller_may_only_remove_our_resources() -> None:
    found = rules("everything-on", "ClusterRole", "quarterdeck-uninstall")
    assert found == [manifests(UNINSTALL_RULES)]
    (leftovers,) = rules("everything-on", "Role", "quarterdeck-leftovers")
    assert all(rule["resourceNames"] for rule in leftovers)
    assert not rules("defaults", "ClusterRole", "quarterdeck-uninstall")


def test_namespaced_rights_need_no_cluster_role() -> None:
    objects = rendered("namespaced")
    assert not of_kind(objects, "ClusterRole", "ClusterRoleBinding")
    places = {
        role["metadata"]["namespace"]: role["rules"]
        for role in of_kind(objects, "Role")
        if role["metadata"]["name"] == "quarterdeck-operator-served"
    }
    assert places == {ns: manifests(CLUSTER_RULES) for ns in ("red", "blue", SYSTEM)}
    for plane in ("operator", "gateway"):
        served = environment("namespaced", f"Deployment quarterdeck-{plane}")
        assert served["QUARTERDECK_WATCH_NAMESPACES"] == f"red,blue,{SYSTEM}"


def test_no_role_grants_everything() -> None:
    for role in of_kind(rendered("everything-on"), "ClusterRole", "Role"):
        for rule in role["rules"]:
            assert "*" not in (*rule["verbs"], *rule["resources"], *rule["apiGroups"])


def test_every_binding_joins_an_account_and_a_role_that_there_are() -> None:
    for case in ("everything-on", "namespaced"):
        objects = rendered(case)
        accounts = {item["metadata"]["name"] for item in of_kind(objects, "ServiceAccount")}
        for kind in ("ClusterRole", "Role"):
            roles = {item["metadata"]["name"] for item in of_kind(objects, kind)}
            for binding in of_kind(objects, f"{kind}Binding"):
                assert binding["roleRef"]["kind"] == kind
                assert binding["roleRef"]["name"] in roles
                assert {subject["name"] for subject in binding["subjects"]} <= accounts


def test_existing_secrets_are_read_and_not_made() -> None:
    case = "existing-secrets"
    gateway = environment(case, "Deployment quarterdeck-gateway")
    # The first container of the list is the gateway itself; the schema check comes behind it.
    assert gateway["QUARTERDECK_KEY_PEPPER"]["secretKeyRef"]["name"] == "mine-pepper"
    assert gateway["QUARTERDECK_ALERT_WEBHOOK_SECRET"]["secretKeyRef"]["name"] == "mine-alerts"
    operator = environment(case, "Deployment quarterdeck-operator")
    assert operator["QUARTERDECK_MAKE_SECRETS"] == "gateway-auth"
    assert operator["QUARTERDECK_ADMIN_KEY_SECRET"] == "mine-key"
    assert operator["QUARTERDECK_KEY_PEPPER_SECRET"] == "mine-pepper"
    (own,) = rules(case, "Role", "quarterdeck-operator")
    named = {name for rule in own for name in rule.get("resourceNames", ())}
    assert {"mine-key", "mine-pepper"} <= named


def test_external_stores_take_the_place_of_the_charts() -> None:
    for store, variable in (("redis", "REDIS_URL"), ("postgres", "DATABASE_URL")):
        case = f"external-{store}"
        gateway = environment(case, "Deployment quarterdeck-gateway")
        assert gateway[f"QUARTERDECK_{variable}"]["secretKeyRef"]["name"] == f"my-{store}"
        names = {item["metadata"]["name"] for item in of_kind(rendered(case), "StatefulSet")}
        assert f"quarterdeck-{store}" not in names
        assert store not in environment(case, "Deployment quarterdeck-operator")[
            "QUARTERDECK_MAKE_SECRETS"
        ].split(",")


def test_a_gateway_waits_for_the_schema_and_does_without_a_database(tmp_path: Path) -> None:
    (pod,) = [p for name, p in pods(rendered("defaults")) if name.endswith("quarterdeck-gateway")]
    (schema,) = pod["spec"]["initContainers"]
    python, *arguments = schema["command"]
    assert (python, arguments[-1]) == ("python", "--wait")
    variables = os.environ | {"QUARTERDECK_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    for command in (arguments[:-1], arguments):
        run = [sys.executable, *command]
        subprocess.run(run, env=variables, check=True, timeout=100, capture_output=True)
    gateway = environment("defaults", "Deployment quarterdeck-gateway")
    assert gateway["QUARTERDECK_MIGRATE_ON_START"] == "true", "no Job may come any more"


def test_claims_that_outlive_a_release_go_only_when_asked() -> None:
    objects = rendered("everything-on")
    (grafana,) = of_kind(objects, "PersistentVolumeClaim")
    assert grafana["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    (arguments,) = [
        containers(pod)[0]["args"] for name, pod in pods(objects) if name.endswith("leftovers")
    ]
    claims = {word.removeprefix("--claim=") for word in arguments if word.startswith("--claim=")}
    stores = {f"data-{s['metadata']['name']}-0" for s in of_kind(objects, "StatefulSet")}
    assert claims == stores | {grafana["metadata"]["name"]}


def test_nginx_is_told_whom_to_believe_and_what_it_may_keep() -> None:
    told = environment("defaults", "Deployment quarterdeck-ui")
    assert "10.0.0.0/8" in told["QUARTERDECK_TRUSTED_PROXIES"].split(",")
    assert int(told["QUARTERDECK_MAX_CONNECTIONS_PER_ADDRESS"]) >= 1
    (pod,) = [p for name, p in pods(rendered("defaults")) if name.endswith("quarterdeck-ui")]
    assert all("sizeLimit" in volume["emptyDir"] for volume in pod["spec"]["volumes"])


def test_an_autoscaler_takes_the_place_of_replicas() -> None:
    objects = rendered("everything-on")
    (scaler,) = of_kind(objects, "HorizontalPodAutoscaler")
    (gateway,) = [
        d for d in of_kind(objects, "Deployment") if d["metadata"]["name"] == "quarterdeck-gateway"
    ]
    assert scaler["spec"]["scaleTargetRef"]["name"] == gateway["metadata"]["name"]
    assert "replicas" not in gateway["spec"]


def test_the_way_in_leads_to_the_ui() -> None:
    (ingress,) = of_kind(rendered("everything-on"), "Ingress")
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"]["name"] == "quarterdeck-ui"
