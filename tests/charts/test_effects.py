"""What people set has the effect that it promises: who comes in, how long, how much, where to."""

import re
from typing import Any

import pytest
import yaml

from quarterdeck_gateway.accounting import sql_ledger as ledger
from quarterdeck_gateway.accounting.spool import MAX_BYTES
from quarterdeck_gateway.accounting.succession import LEAVE_SECONDS
from quarterdeck_gateway.admission import keeper
from quarterdeck_gateway.alerts import sink
from quarterdeck_gateway.audit import sql_log
from support.charts import ROOT, Manifest, containers, notes, of_kind, pods, render


def objects_of(**values: Any) -> tuple[Manifest, ...]:
    return tuple(render("quarterdeck", values))


def pod_of(component: str, **values: Any) -> Manifest:
    """The pod of a component with these values."""
    found = [pod for name, pod in pods(objects_of(**values)) if name.endswith(f"-{component}")]
    (pod,) = found
    return pod


def test_only_peers_that_are_named_come_in_and_helm_test() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"name": "ingress"}}}
    objects = objects_of(networkPolicy={"entryFrom": [peer]})
    for component, expected in {"ui": {"test"}, "gateway": {"ui", "prometheus", "test"}}.items():
        (policy,) = [
            item["spec"]
            for item in of_kind(objects, "NetworkPolicy")
            if item["metadata"]["name"] == f"quarterdeck-{component}"
        ]
        (rule,) = policy["ingress"]
        others = [each for each in rule["from"] if each != peer]
        assert len(others) == len(rule["from"]) - 1
        named = [each["podSelector"]["matchLabels"] for each in others]
        assert {labels["app.kubernetes.io/component"] for labels in named} == expected


def test_whoever_makes_roles_makes_all_of_them() -> None:
    uninstall = {"customResources": True, "secrets": True, "volumes": True}
    objects = objects_of(rbac={"create": False}, uninstall=uninstall)
    assert not of_kind(objects, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    accounts = {item["metadata"]["name"] for item in of_kind(objects, "ServiceAccount")}
    assert accounts >= {"quarterdeck-uninstall", "quarterdeck-leftovers"}, "people bind these"


def test_the_spools_fit_into_their_room() -> None:
    volumes = {volume["name"]: volume for volume in pod_of("gateway")["spec"]["volumes"]}
    room = volumes["spool"]["emptyDir"]["sizeLimit"]
    assert int(room.removesuffix("Gi")) * 1024**3 > 2 * MAX_BYTES, "usage and audit have one each"


def test_a_stopping_gateway_has_time_for_what_it_owes() -> None:
    pod = pod_of("gateway", gateway={"timeouts": {"drainDelay": 4, "shutdownGrace": 60}})["spec"]
    books = ledger.CLOSE_SECONDS + sql_log.CLOSE_SECONDS + 2 * LEAVE_SECONDS
    traces = 30
    owed = traces + 2 * keeper.DRAIN_SECONDS + sink.CLOSE_SECONDS + books
    assert pod["terminationGracePeriodSeconds"] >= 4 + 60 + owed
    told = {each["name"]: each.get("value") for each in containers({"spec": pod})[0]["env"]}
    assert told["QUARTERDECK_HAND_OVER"] == "true", "its spools go with the pod"


@pytest.mark.parametrize(("first_byte", "idle"), [(300, 120), (60, 900), (10.5, 3)])
def test_nginx_is_more_patient_than_the_gateway(first_byte: float, idle: float) -> None:
    pod = pod_of("ui", gateway={"timeouts": {"firstByte": first_byte, "idle": idle}})
    told = {each["name"]: each["value"] for each in containers(pod)[0]["env"]}
    assert int(told["QUARTERDECK_PROXY_TIMEOUT_SECONDS"]) > max(first_byte, idle)


def test_a_route_may_lead_from_all_hosts_below_a_domain() -> None:
    parents = [{"name": "web"}]
    route = {"enabled": True, "parentRefs": parents, "hostnames": ["*.example.com"]}
    (found,) = of_kind(objects_of(httpRoute=route), "HTTPRoute")
    assert found["spec"]["hostnames"] == ["*.example.com"]
    assert found["spec"]["parentRefs"] == parents
    assert found["spec"]["rules"][0]["backendRefs"] == [{"name": "quarterdeck-ui", "port": 80}]


@pytest.mark.parametrize(
    ("said", "timeouts"),
    [({}, {"request": "0s"}), ({"requestTimeout": "1h30m"}, {"request": "1h30m"})],
)
def test_a_route_cuts_no_chat_short(said: Manifest, timeouts: Manifest) -> None:
    (rule,) = _route(**said)["rules"]
    assert rule["timeouts"] == timeouts


def test_a_gateway_api_that_knows_no_timeouts_is_told_none() -> None:
    (rule,) = _route(requestTimeout="")["rules"]
    assert rule.keys() == {"matches", "backendRefs"}


def _route(**said: str) -> Manifest:
    route = {"enabled": True, "parentRefs": [{"name": "web"}], **said}
    (found,) = of_kind(objects_of(httpRoute=route), "HTTPRoute")
    spec: Manifest = found["spec"]
    return spec


def test_names_are_asked_for_at_the_ports_that_the_cluster_has() -> None:
    asking = {"ui", "gateway", "operator", "migrations", "test", "prometheus", "grafana"}
    objects = objects_of(networkPolicy={"dnsPorts": [5353]}, grafana={"enabled": True})
    asked = {
        labels["app.kubernetes.io/component"]: {port["port"] for port in rule["ports"]}
        for policy in of_kind(objects, "NetworkPolicy")
        for rule in policy["spec"].get("egress", ())
        if any(port["protocol"] == "UDP" for port in rule.get("ports", ()))
        if (labels := policy["spec"]["podSelector"]["matchLabels"])
    }
    assert asked.keys() >= asking
    assert all(ports == {5353} for ports in asked.values())


def test_postgresql_has_the_shared_memory_that_it_has_by_compose() -> None:
    pod = pod_of("postgres")
    (mount,) = [m for m in containers(pod)[0]["volumeMounts"] if m["mountPath"] == "/dev/shm"]
    volumes = {volume["name"]: volume.get("emptyDir") for volume in pod["spec"]["volumes"]}
    assert volumes[mount["name"]] == {"medium": "Memory", "sizeLimit": "128Mi"}
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert compose["services"]["postgres"]["shm_size"] == "128m"


def test_whoever_installs_hears_that_alerts_reach_nobody() -> None:
    told = "Nobody is told of alerts"
    assert told in notes("quarterdeck")
    assert "prometheus.alertmanagers" in notes("quarterdeck")
    named = {"prometheus": {"alertmanagers": ["alertmanager.monitoring.svc:9093"]}}
    assert told not in notes("quarterdeck", named)
    assert told not in notes("quarterdeck", {"prometheus": {"enabled": False}})


def test_prometheus_does_not_outgrow_its_volume() -> None:
    size = "--storage.tsdb.retention.size="
    assert f"{size}6GB" in containers(pod_of("prometheus"))[0]["args"]
    unbounded = containers(pod_of("prometheus", prometheus={"retentionSize": ""}))[0]["args"]
    assert not [word for word in unbounded if word.startswith(size)]


def test_a_grafana_of_ones_own_finds_the_dashboards() -> None:
    maps = [
        item
        for item in of_kind(objects_of(monitoring={"dashboards": {"enabled": True}}), "ConfigMap")
        if "-dashboard-" in item["metadata"]["name"]
    ]
    assert len(maps) == 5
    assert {item["metadata"]["labels"]["grafana_dashboard"] for item in maps} == {"1"}


def test_alerts_and_dashboards_lead_to_the_runbooks_of_the_house() -> None:
    home = "https://wiki.example.com/quarterdeck"
    monitoring = {
        "runbookBaseUrl": f"{home}/",
        "serviceMonitor": {"enabled": True},
        "podMonitor": {"enabled": True},
        "prometheusRule": {"enabled": True},
        "dashboards": {"enabled": True},
    }
    objects = objects_of(monitoring=monitoring, networkPolicy={"enabled": False})
    text = yaml.safe_dump_all(of_kind(objects, "PrometheusRule", "ConfigMap"), width=10_000)
    links = set(re.findall(r"https?://[^\s\"\\]+/Quarterdeck[A-Za-z]+\.md", text))
    names = {path.name for path in (ROOT / "docs" / "runbooks").glob("Quarterdeck*.md")}
    assert links == {f"{home}/{name}" for name in names}
    assert "quarterdeck.dev/docs" not in text


@pytest.mark.parametrize("component", ["ui", "gateway"])
def test_a_load_balancer_keeps_addresses_and_lets_in_whom_it_is_told(component: str) -> None:
    def service(**values: Any) -> Manifest:
        found = of_kind(objects_of(**{component: values}), "Service")
        return next(s["spec"] for s in found if s["metadata"]["name"] == f"quarterdeck-{component}")

    assert service().keys() == {"type", "selector", "ports"}
    balancer = {"serviceType": "LoadBalancer", "externalTrafficPolicy": "Local"}
    spec = service(**balancer, loadBalancerSourceRanges=["192.0.2.0/24", "2001:db8::/32"])
    assert spec["type"] == "LoadBalancer"
    assert spec["externalTrafficPolicy"] == "Local"
    assert spec["loadBalancerSourceRanges"] == ["192.0.2.0/24", "2001:db8::/32"]


def test_gateway_and_migrations_reach_what_is_named_beside_ipv4() -> None:
    rule = {"to": [{"ipBlock": {"cidr": "2001:db8::/32"}}], "ports": [{"port": 5432}]}
    postgres = {"enabled": False, "external": {"existingSecret": "mine"}}
    objects = objects_of(networkPolicy={"gatewayEgress": [rule]}, postgres=postgres)
    found = {p["metadata"]["name"]: p["spec"] for p in of_kind(objects, "NetworkPolicy")}
    having = {name for name, spec in found.items() if rule in spec.get("egress", ())}
    assert having == {"quarterdeck-gateway", "quarterdeck-migrations"}


def test_a_cloud_knows_the_planes_by_their_accounts() -> None:
    role = {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/deck"}
    given = {"serviceAccountAnnotations": role}
    objects = objects_of(operator=given, gateway=given)
    found = {a["metadata"]["name"]: a["metadata"] for a in of_kind(objects, "ServiceAccount")}
    having = {name for name, metadata in found.items() if role == metadata.get("annotations")}
    assert having == {"quarterdeck-operator", "quarterdeck-gateway"}


def test_a_cluster_that_assigns_users_is_told_none() -> None:
    values = {"usersFromCluster": True}
    objects = objects_of(**{"global": values, "grafana": {"enabled": True}})
    for name, pod in pods(objects):
        restricted = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        assert pod["spec"]["securityContext"] == restricted, name
    operator = pod_of("operator", **{"global": values})
    told = {each["name"]: each.get("value") for each in containers(operator)[0]["env"]}
    assert told["QUARTERDECK_USERS_FROM_CLUSTER"] == "true", "workers are the operator's"


def test_a_chart_above_this_one_may_say_things_to_others() -> None:
    above = {
        "storageClass": "fast",
        "otherChart": {"a": 1},
        "imageRegistry": "registry.example.com",
    }
    for name, pod in pods(objects_of(**{"global": above})):
        for container in containers(pod):
            assert container["image"].startswith("registry.example.com/"), name
