"""The same verbs against a real API server."""

import pytest
import yaml

from support.cluster import cluster, namespace
from support.operator_process import api, crds
from support.standalone import agent, as_yaml, model, secret

from .conftest import Cli

__all__ = ["api", "cluster", "crds", "namespace"]
pytestmark = pytest.mark.cluster

MANIFESTS = as_yaml(model(url="http://127.0.0.1:1"), agent(), secret("keys", apiKey="sesame"))


@pytest.fixture
def there(cluster: str, crds: None, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """``cli`` with the cluster's kubeconfig."""
    monkeypatch.setenv("KUBECONFIG", cluster)
    return cli


def test_apply_get_describe_delete(namespace: str, there: Cli) -> None:
    first = there("apply", "-n", namespace, "-f", "-", stdin=MANIFESTS)
    assert first.code == 0, first.err
    assert first.out.count(" created") == 3
    assert f"namespace {namespace}" in first.err, "it says which cluster it changes"
    again = there("apply", "-n", namespace, "-f", "-", stdin=MANIFESTS)
    assert again.out.count(" unchanged") == 3
    changed = as_yaml(agent(description="new"))
    assert "configured" in there("apply", "-n", namespace, "-f", "-", stdin=changed).out
    head, row = there("get", "agents", "-n", namespace).out.splitlines()
    assert head.split() == ["NAME", "READY", "REASON", "MODEL", "REPLICAS", "AGE"]
    assert row.split()[:2] == ["demo", "demo-model"]
    whole = yaml.safe_load(there("get", "agent", "demo", "-n", namespace, "-o", "yaml").out)
    assert "managedFields" not in whole["metadata"]
    assert "has the operator seen it?" in there("describe", "agent", "demo", "-n", namespace).out
    assert "has no workers" in there("logs", "demo", "-n", namespace).err
    gone = there("delete", "-n", namespace, "-f", "-", stdin=MANIFESTS)
    assert gone.out.count(" deleted") == 3
    assert there("get", "agent", "demo", "-n", namespace).code == 1


def test_a_dry_run_changes_nothing(namespace: str, there: Cli) -> None:
    done = there("apply", "--dry-run", "-n", namespace, "-f", "-", stdin=as_yaml(agent()))
    assert done.out == "agent.quarterdeck.dev/demo created (dry run)\n"
    assert "no agents" in there("get", "agents", "-n", namespace).out


def test_what_only_the_server_knows_comes_back_field_by_field(namespace: str, there: Cli) -> None:
    there("apply", "-n", namespace, "-f", "-", stdin=MANIFESTS)
    other = as_yaml(model(url="http://127.0.0.1:1", provider="ollama"))
    done = there("apply", "-n", namespace, "-f", "-", stdin=other)
    assert done.code == 1
    assert "provider is immutable" in done.err


def test_the_version_and_an_unknown_context(there: Cli) -> None:
    assert "server: Kubernetes v1." in there("version").out
    wrong = there("get", "agents", "--context", "no-such-context")
    assert wrong.code == 1
    assert "no-such-context" in wrong.err
