from pathlib import Path
from typing import Any

import pytest

from quarterdeck_local.launch import (
    CannotLaunch,
    agent_of,
    foreign_variables,
    prepare,
    template_hash,
)
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import Manifest, ObjectKey

HERE = Path("/run/here")
KEY = "QUARTERDECK_MODEL_0_API_KEY"


def deployment(*env: dict[str, Any], **volume: Any) -> Manifest:
    config_map = {"name": "agent-demo"} | volume
    container = {
        "name": "worker",
        "image": "quarterdeck-worker",
        "env": [{"name": "QUARTERDECK_WORKER_CONFIG", "value": "/etc/quarterdeck/c.json"}, *env],
        "volumeMounts": [
            {"name": "config", "mountPath": "/etc/quarterdeck"},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }
    pod = {
        "containers": [container],
        "volumes": [
            {"name": "config", "configMap": config_map},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    return {
        "kind": "Deployment",
        "metadata": {"name": "agent-demo", "namespace": "default"},
        "spec": {"template": {"metadata": {"annotations": {}}, "spec": pod}},
    }


@pytest.fixture
def store() -> ObjectStore:
    filled = ObjectStore()
    for kind, name, data in (
        ("ConfigMap", "agent-demo", {"c.json": "{}", "d": "e"}),
        ("Secret", "keys", {"apiKey": "c2VzYW1l"}),
    ):
        metadata = {"name": name, "namespace": "default"}
        filled.put({"kind": kind, "metadata": metadata, "data": data})
    return filled


def reference(name: str, key: str) -> dict[str, Any]:
    return {"name": KEY, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def test_mounted_config_becomes_files_and_paths_follow(store: ObjectStore) -> None:
    launch = prepare(deployment(), store, HERE, {})
    assert launch.environment["QUARTERDECK_WORKER_CONFIG"] == "/run/here/config/c.json"
    assert launch.files == {HERE / "config/c.json": b"{}", HERE / "config/d": b"e"}


def test_items_choose_and_rename(store: ObjectStore) -> None:
    chosen = deployment(items=[{"key": "d", "path": "c.json"}])
    assert prepare(chosen, store, HERE, {}).files == {HERE / "config/c.json": b"e"}


def test_secrets_become_variables(store: ObjectStore) -> None:
    launch = prepare(deployment(reference("keys", "apiKey")), store, HERE, {})
    assert launch.environment[KEY] == "sesame"
    assert "sesame" not in repr(launch)


def test_the_shells_own_keys_do_not_leak_into_workers(store: ObjectStore) -> None:
    shell = {"PATH": "/bin", "OPENAI_API_KEY": "mine", "HTTPS_PROXY": "http://proxy"}
    ours = ("DATABASE_URL", "REDIS_URL", "KEY_PEPPER", "ADMIN_KEY_HASH", "ALERT_WEBHOOK_SECRET")
    shell |= {f"QUARTERDECK_{name}": "of the gateway" for name in ours}
    shell |= {"PYTHONPATH": "/elsewhere", "LD_PRELOAD": "/elsewhere.so"}
    environment = prepare(deployment(), store, HERE, shell).environment
    assert environment.keys() == {"PATH", "HTTPS_PROXY", "QUARTERDECK_WORKER_CONFIG"}


def test_what_an_agent_asks_for_reaches_no_process(store: ObjectStore) -> None:
    names = ("PATH", "PYTHONWARNINGS", "BROWSER", "LD_PRELOAD", "HTTPS_PROXY", "harmless")
    asked = deployment(*({"name": name, "value": "theirs"} for name in names))
    environment = prepare(asked, store, HERE, {"PATH": "/bin"}).environment
    assert environment == {
        "PATH": "/bin",
        "QUARTERDECK_WORKER_CONFIG": "/run/here/config/c.json",
    }
    assert foreign_variables(asked) == [*names]
    assert foreign_variables(deployment(reference("keys", "apiKey"))) == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (deployment(reference("none", "apiKey")), 'Secret "none" is not there'),
        (deployment(reference("keys", "other")), 'Secret "keys" has no key "other"'),
        (deployment(name="none"), 'ConfigMap "none" is not there'),
        (deployment(items=[{"key": "x", "path": "y"}]), 'ConfigMap "agent-demo" has no key "x"'),
    ],
)
def test_what_is_missing_is_named(store: ObjectStore, wanted: Manifest, words: str) -> None:
    with pytest.raises(CannotLaunch, match=words):
        prepare(wanted, store, HERE, {})


def test_only_a_changed_template_changes_its_name() -> None:
    one, other, changed = deployment(), deployment(), deployment()
    other["metadata"]["annotations"] = {"a": "b"}
    changed["spec"]["template"]["metadata"]["annotations"] = {"config-hash": "2"}
    assert template_hash(one) == template_hash(other) != template_hash(changed)


def test_the_agent_is_known_from_its_deployments_name() -> None:
    assert agent_of(ObjectKey("Deployment", "default", "agent-agent-x")) == "agent-x"
