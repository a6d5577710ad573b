"""The shipped permissions: enough for every request that is made, and not one more.

The operator under test has exactly these permissions, so what is missing fails by itself; what is
not used is found by comparing with the requests that the proxy saw.
"""

import re
from collections.abc import Iterable
from typing import Any

import pytest

from quarterdeck_contract.names import GATEWAY_AUTH_SECRET, GROUP, worker_name
from quarterdeck_kube.resources import (
    API_KEY,
    BUDGET,
    CONFIG_MAP,
    DEPLOYMENT,
    HORIZONTAL_POD_AUTOSCALER,
    NETWORK_POLICY,
    POD_DISRUPTION_BUDGET,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
    Resource,
)
from quarterdeck_operator import reasons
from quarterdeck_operator.builders.agent import AGENT_CHILD_KINDS
from quarterdeck_operator.rbac import CLUSTER_RULES, NAMESPACE_RULES, PolicyRule
from support.informed import eventually
from support.operator_process import Operators
from support.operator_team import Team

Permission = tuple[str, str, str]
"""(group, resource with subresource, verb)."""

PATH = re.compile(
    r"^/apis?/(?:(?P<group>[^/]+\.[^/]+|apps|autoscaling|policy)/)?v[^/]+"
    r"(?:/namespaces/\{namespace\})?/(?P<plural>[a-z]+)(?P<name>/\{name\})?(?P<sub>/[a-z]+)?$"
)
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "WATCH": "watch"}
NOT_SEEN_IN_REQUESTS: set[Permission] = {(GROUP, "agents/finalizers", "update")}
"""Asked for by an admission plugin of some clusters, not by a request."""

RENEWAL: Permission = ("coordination.k8s.io", "leases", "update")
LOOK: Permission = ("", "pods", "list")
TWO = {"min": 2, "max": 3}
FOREIGN: dict[Resource, dict[str, Any]] = {
    SERVICE_ACCOUNT: {},
    CONFIG_MAP: {"data": {}},
    SERVICE: {"spec": {"ports": [{"port": 1}]}},
    NETWORK_POLICY: {"spec": {"podSelector": {"matchLabels": {"no": "pod"}}}},
    DEPLOYMENT: {
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"no": "pod"}},
            "template": {
                "metadata": {"labels": {"no": "pod"}},
                "spec": {"containers": [{"name": "c", "image": "none"}]},
            },
        }
    },
    HORIZONTAL_POD_AUTOSCALER: {
        "spec": {
            "maxReplicas": 1,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "none"},
        }
    },
    POD_DISRUPTION_BUDGET: {
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"no": "pod"}}}
    },
}


def granted(rules: Iterable[PolicyRule]) -> set[Permission]:
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule.groups
        for resource in rule.resources
        for verb in rule.verbs
    }


def used(requests: Iterable[tuple[str, str]]) -> set[Permission]:
    found: set[Permission] = set()
    for method, path in requests:
        match = PATH.match(path)
        if match is None:
            continue  # discovery: granted to everybody who is logged in
        verb = VERBS.get(method, "get" if match["name"] else "list")
        resource = match["plural"] + (match["sub"] or "")
        found.add((match["group"] or "", resource, verb))
        if method == "PATCH" and not match["sub"]:
            # Server-side apply of what is not there yet is a create as well.
            found.add((match["group"] or "", resource, "create"))
    return found


def test_nothing_is_granted_by_wildcard() -> None:
    for group, resource, verb in granted((*CLUSTER_RULES, *NAMESPACE_RULES)):
        assert "*" not in group + resource + verb


def test_secrets_are_never_deleted_and_of_its_own_only_the_hash_is_changed() -> None:
    everywhere = {verb for _, resource, verb in granted(CLUSTER_RULES) if resource == "secrets"}
    at_home = {verb for _, resource, verb in granted(NAMESPACE_RULES) if resource == "secrets"}
    assert everywhere == {"get", "list", "watch", "create", "patch"}
    assert at_home == {"get", "create", "patch"}
    changed = [rule.names for rule in NAMESPACE_RULES if "patch" in rule.verbs]
    assert changed == [(GATEWAY_AUTH_SECRET,)]


@pytest.mark.cluster
@pytest.mark.timeout(360)
async def test_every_permission_is_used_and_every_request_permitted(
    team: Team, operators: Operators
) -> None:
    operator = await operators.start_leader()
    await team.put(SECRET, "s", stringData={"apiKey": "k"})
    await team.put(CONFIG_MAP, "c", data={"instructions": "Be brief."})
    await team.keyed_model()
    # Children are created, then deleted: an agent that moves elsewhere needs none.
    scaled = {"replicas": None, "scaling": TWO, "instructions": None}
    await team.agent("whole", **scaled, instructionsFrom={"name": "c"})
    await team.until_built("whole", len(AGENT_CHILD_KINDS))
    endpoint = {"endpoint": f"http://127.0.0.1:{operator.port}"}
    await team.external("whole", **endpoint)
    await team.until(reasons.ENDPOINT_READY, "whole")
    # A key is made, and replaced.
    await team.put(API_KEY, "ci", spec={"owner": "ci"})
    await team.until(reasons.ACTIVE, "ci", API_KEY)
    await team.put(API_KEY, "ci", spec={"owner": "ci", "revision": 2})
    await team.put(BUDGET, "all", spec={"scope": {"kind": "Namespace"}, "amountUSD": 5})
    await team.until(reasons.ACTIVE, "all", BUDGET)
    # Workers are missing, whether there is a node or not.
    await team.agent("short", replicas=1, runtime={"nodeSelector": {"no": "node"}})
    await eventually(lambda: LOOK in used(operator.proxy.counts), 20)
    # Strangers' objects in the way: found out by reading them.
    for number, (resource, content) in enumerate(FOREIGN.items()):
        name = f"f{number}"
        await team.put(resource, worker_name(name), **content)
        await team.agent(name, replicas=None, scaling=TWO)
        await team.until(reasons.NAME_TAKEN, name)

    # The first renewal comes two seconds after the start: the rest may have been faster.
    await eventually(lambda: RENEWAL in used(operator.proxy.counts), 10)
    needed = used(operator.proxy.counts)
    may = granted((*CLUSTER_RULES, *NAMESPACE_RULES))
    assert needed <= may
    assert may - needed <= NOT_SEEN_IN_REQUESTS
    assert "Forbidden" not in operator.log.read_text()
