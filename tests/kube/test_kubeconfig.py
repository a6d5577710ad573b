"""Kubeconfigs work as kubectl reads them: contexts, login commands, certificates, proxies."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import LoginError
from quarterdeck_kube.kubeconfig import from_kubeconfig
from support.fake_api import FakeApi

PLUGIN = """#!/bin/sh
echo run >> "$(dirname "$0")/runs"
count=$(wc -l < "$(dirname "$0")/runs" | tr -d ' ')
cat <<JSON
{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
 "status": {"token": "token-$count"}}
JSON
"""


def write(path: Path, user: dict[str, Any], server: str = "http://first:1") -> str:
    clusters = {"one": {"server": server}, "two": {"server": "http://second:2"}}
    contexts = {
        "one": {"cluster": "one", "user": "me", "namespace": "demo"},
        "two": {"cluster": "two", "user": "me"},
    }
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "one",
        "clusters": [{"name": name, "cluster": one} for name, one in clusters.items()],
        "contexts": [{"name": name, "context": one} for name, one in contexts.items()],
        "users": [{"name": "me", "user": user}],
    }
    path.write_text(yaml.safe_dump(content))
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config"


async def test_current_and_named_context(file: Path) -> None:
    source = write(file, {"token": "s3cret"})
    current, named = from_kubeconfig(source), from_kubeconfig(source, "two")

    assert (current.server, current.namespace) == ("http://first:1", "demo")
    assert (named.server, named.namespace) == ("http://second:2", "default")
    tokens = current.token_source
    assert tokens is not None
    assert await tokens.authorization() == "Bearer s3cret"


async def test_a_login_command_runs_again_when_its_token_is_refused(
    file: Path, api: FakeApi
) -> None:
    plugin = file.parent / "plugin.sh"
    plugin.write_text(PLUGIN)
    plugin.chmod(0o755)
    version = "client.authentication.k8s.io/v1"
    user = {"exec": {"apiVersion": version, "command": str(plugin), "interactiveMode": "Never"}}
    credentials = from_kubeconfig(write(file, user, api.url))
    api.token = "token-2"
    api.objects["/version"] = {"gitVersion": "v1"}

    async with KubeClient(credentials) as client:
        assert await client.version() == "v1"
        assert await client.version() == "v1"

    assert (file.parent / "runs").read_text().count("run") == 2


def test_a_failing_login_command_is_not_taken_for_an_anonymous_login(file: Path) -> None:
    version = "client.authentication.k8s.io/v1"
    user = {"exec": {"apiVersion": version, "command": "/bin/false", "interactiveMode": "Never"}}

    with pytest.raises(LoginError, match='login command "/bin/false" of user "me"'):
        from_kubeconfig(write(file, user))


def test_anonymous_is_possible(file: Path) -> None:
    assert from_kubeconfig(write(file, {})).token_source is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "file is empty"),
        ("{", "cannot use the kubeconfig"),
        ("kind: Config", "cannot use the kubeconfig"),
        ("- a", "cannot use the kubeconfig"),
    ],
)
def test_a_malformed_file_is_named(file: Path, content: str, words: str) -> None:
    file.write_text(content)

    with pytest.raises(LoginError, match=words) as caught:
        from_kubeconfig(str(file))
    assert str(file) in str(caught.value)


def test_an_unknown_context_is_named(file: Path) -> None:
    with pytest.raises(LoginError, match="nowhere"):
        from_kubeconfig(write(file, {"token": "x"}), "nowhere")


def test_a_missing_certificate_file_is_named(file: Path) -> None:
    user = {"client-certificate": "me.crt", "client-key": "me.key"}

    with pytest.raises(LoginError, match=r"me\.crt"):
        from_kubeconfig(write(file, user, "https://first:1"))


def test_a_broken_certificate_is_explained(file: Path) -> None:
    user = {"client-certificate-data": "bm9uc2Vuc2U=", "client-key-data": "bm9uc2Vuc2U="}

    with pytest.raises(LoginError, match="cannot load the certificates"):
        from_kubeconfig(write(file, user, "https://first:1"))


def test_proxies(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    source = write(file, {"token": "x"})

    assert from_kubeconfig(source).proxy == "http://proxy:3128"
    monkeypatch.setenv("NO_PROXY", "first")
    assert from_kubeconfig(source).proxy is None
