"""Children of agents against golden files; QUARTERDECK_GOLDEN=1 rewrites them."""

import os
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from quarterdeck_contract.names import LABEL_METRICS
from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.validation import parse
from quarterdeck_operator.builders.agent import AGENT_CHILD_KINDS, build_agent
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.resolve.agent import ResolvedAgent, resolve_agent
from support.operator_world import NAMESPACE, OPTIONS, World, agent, keyed_model, model, secret

GOLDEN = Path(__file__).parent / "golden"

FULL_RUNTIME: dict[str, Any] = {
    "resources": {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
    "env": [
        {"name": "MODE", "value": "fast"},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "apiKey"}}},
    ],
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
    "priorityClassName": "high",
    "imagePullSecret": "registry",
}

CASES: dict[str, tuple[Manifest, list[Manifest]]] = {
    "minimal": (agent(), [model()]),
    "local": (agent(), [model(provider="local", model="smollm2-135m-instruct")]),
    "full": (
        agent(
            description="Answers.",
            modelFallbacks=["spare"],
            limits={"iterations": 3, "tokens": 5000, "seconds": 60},
            replicas=3,
            runtime=FULL_RUNTIME,
        ),
        [keyed_model(), model("spare"), secret()],
    ),
    "scaled": (agent(scaling={"min": 2, "max": 5, "targetCPUPercent": 60}), [model()]),
    "suspended": (agent(scaling={"min": 2, "max": 5}, suspended=True), [model()]),
    "own-image": (
        agent(model=None, instructions=None, runtime={"image": "me/agent:1"}),
        [],
    ),
    "own-image-with-metrics": (
        agent(
            model=None,
            instructions=None,
            runtime={"image": "me/agent:1", "metrics": True, "startupSeconds": 900},
        ),
        [],
    ),
    "endpoint": (
        agent(model=None, instructions=None, runtime={"endpoint": "https://far.example/a"}),
        [],
    ),
}


class Readable(yaml.SafeDumper):
    """YAML with text in blocks, so that a difference reads like one."""


Readable.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


async def resolved(manifest: Manifest, others: list[Manifest]) -> ResolvedAgent:
    world = World()
    for other in others:
        world.cluster.put(other)
    found = parse(world.cluster.put(manifest))
    assert isinstance(found, Agent)
    return await resolve_agent(found, world.engine._cache, world.engine._references)


@pytest.mark.parametrize("name", CASES)
async def test_children_are_as_in_the_golden_file(name: str) -> None:
    built = build_agent(await resolved(*CASES[name]), OPTIONS)
    text = yaml.dump_all(built, Dumper=Readable, sort_keys=False, width=100) if built else ""
    path = GOLDEN / f"{name}.yaml"
    if os.environ.get("QUARTERDECK_GOLDEN") == "1":
        path.write_text(text)
    assert path.read_text() == text, "run with QUARTERDECK_GOLDEN=1 and read the difference"


@pytest.mark.parametrize("name", CASES)
async def test_children_are_owned_restricted_and_of_known_kinds(name: str) -> None:
    for child in build_agent(await resolved(*CASES[name]), OPTIONS):
        metadata = child["metadata"]
        assert child["kind"] in AGENT_CHILD_KINDS
        assert (metadata["name"], metadata["namespace"]) == ("agent-demo", NAMESPACE)
        assert metadata["ownerReferences"][0]["controller"] is True
        if child["kind"] == "Deployment":
            assert_restricted(child["spec"]["template"]["spec"])


def assert_restricted(pod: dict[str, Any]) -> None:
    """What Pod Security's level "restricted" demands, and a bit more."""
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False
    assert {"hostNetwork", "hostPID", "hostIPC"}.isdisjoint(pod)
    assert all(volume.keys() & {"configMap", "emptyDir"} for volume in pod["volumes"])


async def test_a_cluster_that_assigns_users_is_told_none() -> None:
    def context(children: Iterable[Manifest]) -> Manifest:
        found = _deployment(children)
        security: Manifest = found["template"]["spec"]["securityContext"]
        return security

    minimal = await resolved(*CASES["minimal"])
    named = context(build_agent(minimal, OPTIONS))
    left = context(build_agent(minimal, replace(OPTIONS, users_from_cluster=True)))
    assert named.keys() - left.keys() == {"runAsUser", "runAsGroup", "fsGroup"}
    assert left.items() <= named.items()
    assert left["runAsNonRoot"] is True


@pytest.mark.parametrize(
    ("name", "label"),
    [("minimal", "true"), ("own-image", None), ("own-image-with-metrics", "true")],
)
async def test_pods_say_whether_prometheus_may_read_them(name: str, label: str | None) -> None:
    deployment = _deployment(build_agent(await resolved(*CASES[name]), OPTIONS))
    template, selector = deployment["template"], deployment["selector"]["matchLabels"]
    assert template["metadata"]["labels"].get(LABEL_METRICS) == label
    assert selector.items() <= template["metadata"]["labels"].items()
    assert LABEL_METRICS not in selector, "a Deployment's selector cannot be changed"


@pytest.mark.parametrize(
    ("name", "seconds"), [("minimal", 120), ("own-image", 120), ("own-image-with-metrics", 900)]
)
async def test_a_slow_start_is_given_its_time(name: str, seconds: int) -> None:
    deployment = _deployment(build_agent(await resolved(*CASES[name]), OPTIONS))
    (container,) = deployment["template"]["spec"]["containers"]
    probe = container["startupProbe"]
    assert probe["failureThreshold"] * probe["periodSeconds"] == seconds
    assert deployment["progressDeadlineSeconds"] == seconds


def _deployment(children: Iterable[Manifest]) -> Manifest:
    spec: Manifest = next(child["spec"] for child in children if child["kind"] == "Deployment")
    return spec


async def test_an_autoscaled_deployment_leaves_its_replicas_alone() -> None:
    built = {
        child["kind"]: child for child in build_agent(await resolved(*CASES["scaled"]), OPTIONS)
    }
    assert "replicas" not in built["Deployment"]["spec"]
    assert built["HorizontalPodAutoscaler"]["spec"]["minReplicas"] == 2


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"endpoint"}))
async def test_workers_cannot_reach_a_metadata_service(name: str) -> None:
    built = build_agent(await resolved(*CASES[name]), OPTIONS)
    (policy,) = (child["spec"] for child in built if child["kind"] == "NetworkPolicy")
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    metadata = ip_address("169.254.169.254")
    for rule in policy["egress"]:
        ports = {port["port"] for port in rule.get("ports", [])}
        if "to" not in rule:
            assert ports <= {53, 443, 6443}
            assert ports
        for block in (peer["ipBlock"] for peer in rule.get("to", []) if "ipBlock" in peer):
            kept_out = [ip_network(cidr) for cidr in block.get("except", [])]
            assert metadata not in ip_network(block["cidr"]) or any(
                metadata in cidr for cidr in kept_out
            )


async def test_another_prometheus_is_let_in_when_its_namespace_is_named() -> None:
    options = replace(OPTIONS, scraper_namespace="monitoring")
    built = build_agent(await resolved(*CASES["minimal"]), options)
    (policy,) = (child["spec"] for child in built if child["kind"] == "NetworkPolicy")
    (rule,) = policy["ingress"]
    callers = [
        (
            *caller["namespaceSelector"]["matchLabels"].values(),
            *caller["podSelector"]["matchLabels"].items(),
        )
        for caller in rule["from"]
    ]
    assert callers == [
        ("quarterdeck-system", ("app.kubernetes.io/component", "gateway")),
        ("quarterdeck-system", ("app.kubernetes.io/component", "prometheus")),
        ("monitoring", ("app.kubernetes.io/name", "prometheus")),
    ]


async def test_no_secret_value_reaches_a_child() -> None:
    manifest, others = CASES["full"]
    others = [*others[:-1], secret(apiKey="topsecret")]
    assert "topsecret" not in str(build_agent(await resolved(manifest, others), OPTIONS))


async def test_the_content_hash_follows_the_content() -> None:
    one, same, other = [
        build_agent(await resolved(agent(description=text), [model()]), OPTIONS)
        for text in ("a", "a", "b")
    ]
    assert one == same
    hashes = [
        {child["kind"]: child["metadata"]["annotations"] for child in built}
        for built in (one, other)
    ]
    assert hashes[0]["Service"] == hashes[1]["Service"]
    assert hashes[0]["ConfigMap"] != hashes[1]["ConfigMap"]
    assert hashes[0]["Deployment"] != hashes[1]["Deployment"]
