"""Story: a cluster's administrator installs Quarterdeck and looks at what came."""

import base64
import hashlib
import json

import httpx
import pytest

from e2e.installation import STORES, SYSTEM, Installation
from e2e.objects import listed, read
from support.cluster import KubectlError, kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(300)]

PLANES = ("operator", "gateway")
_ARGUMENTS = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"


@pytest.fixture(params=PLANES)
def deployment(request: pytest.FixtureRequest, installation: Installation) -> str:
    return f"deployment/quarterdeck-{request.param}"


def _exec(deployment: str, *command: str) -> str:
    return kubectl("exec", "-n", SYSTEM, deployment, "--", *command).strip()


def test_nothing_restarted_on_the_way_up(installation: Installation) -> None:
    restarts = {
        pod["metadata"]["name"]: status["restartCount"]
        for pod in listed("pods", SYSTEM)
        for status in pod["status"]["containerStatuses"]
    }
    assert set(restarts.values()) == {0}, restarts


def test_the_pepper_and_the_stores_passwords_were_made_and_are_told_to_nobody_else(
    installation: Installation,
) -> None:
    values = [
        base64.b64decode(value).decode()
        for name in ("quarterdeck-key-pepper", *STORES)
        for value in read("secret", name, SYSTEM)["data"].values()
    ]
    assert len(values) == 5
    assert all(len(value) >= 43 for value in values)
    logs = kubectl("logs", "-n", SYSTEM, "-l", "app.kubernetes.io/part-of=quarterdeck", "--tail=-1")
    assert not [value for value in values if value in logs]
    for store in STORES:
        arguments = kubectl("exec", "-n", SYSTEM, f"{store}-0", "--", "sh", "-c", _ARGUMENTS)
        assert not [value for value in values if value in arguments]


def test_the_gateway_holds_only_the_hash_of_the_admin_key(installation: Installation) -> None:
    auth = read("secret", "quarterdeck-gateway-auth", SYSTEM)
    assert auth["data"].keys() == {"adminKeyHash"}
    digest = hashlib.sha256(installation.admin_key.encode()).hexdigest()
    assert base64.b64decode(auth["data"]["adminKeyHash"]).decode() == digest
    environment = _exec(
        "deployment/quarterdeck-gateway", "python", "-c", "import os; print(dict(os.environ))"
    )
    assert digest in environment
    assert installation.admin_key not in environment
    logs = kubectl("logs", "-n", SYSTEM, "-l", "app.kubernetes.io/part-of=quarterdeck", "--tail=-1")
    assert installation.admin_key not in logs


def test_only_the_admin_key_opens_the_gateway(installation: Installation) -> None:
    for headers in ({}, {"Authorization": "Bearer qd_wrong"}):
        refused = httpx.get(f"{installation.url}/v1/models", headers=headers, timeout=60)
        assert refused.status_code == 401
        assert "Authorization: Bearer" in refused.json()["error"]["message"]
    good = {"Authorization": f"Bearer {installation.admin_key}"}
    assert httpx.get(f"{installation.url}/v1/models", headers=good, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("get", "secrets"),
        ("list", "pods"),
        ("create", "deployments.apps"),
        ("create", "rolebindings.rbac.authorization.k8s.io"),
    ],
)
def test_the_gateways_account_has_no_further_rights(
    installation: Installation, verb: str, resource: str
) -> None:
    account = f"system:serviceaccount:{SYSTEM}:quarterdeck-gateway"
    with pytest.raises(KubectlError, match="no"):
        kubectl("auth", "can-i", verb, resource, "-A", f"--as={account}")


def test_people_get_agents_with_the_roles_they_already_have(
    installation: Installation, restricted: str
) -> None:
    for person, role in (("vera", "view"), ("ed", "edit"), ("ada", "admin")):
        kubectl(
            "create", "rolebinding", person, f"--clusterrole={role}", f"--user={person}",
            "-n", restricted,
        )  # fmt: skip

    def may(person: str, verb: str, resource: str, subresource: str = "") -> bool:
        asked = ("auth", "can-i", verb, resource, f"--subresource={subresource}")
        try:
            kubectl(*asked, "-n", restricted, f"--as={person}")
        except KubectlError:
            return False
        return True

    for resource in ("agents.quarterdeck.dev", "models.quarterdeck.dev"):
        assert may("vera", "list", resource)
        assert not may("vera", "create", resource)
        assert may("ed", "create", resource)
        assert not may("ed", "patch", resource, "status")
    for resource in ("apikeys.quarterdeck.dev", "budgets.quarterdeck.dev"):
        assert may("vera", "list", resource)
        assert not may("ed", "create", resource), "who comes in, and what it costs, is not theirs"
        assert may("ada", "create", resource)
        assert not may("ada", "patch", resource, "status")
    assert may("ed", "patch", "agents.quarterdeck.dev", "scale")
    assert not may("vera", "patch", "agents.quarterdeck.dev", "scale")


def test_containers_run_as_nobody_on_a_read_only_file_system(deployment: str) -> None:
    assert _exec(deployment, "id", "-u") == "65532"
    with pytest.raises(KubectlError, match="Read-only file system"):
        _exec(deployment, "touch", "/opt/new")


def test_images_hold_nothing_to_build_or_install_with(deployment: str) -> None:
    program = (
        "import json, shutil, importlib.util as u;"
        "tools = [t for t in ('pip', 'uv', 'gcc', 'make', 'hatchling') if shutil.which(t)];"
        "tools += [m for m in ('pip', 'setuptools', 'hatchling', 'kubernetes') if u.find_spec(m)];"
        "print(json.dumps(tools))"
    )
    assert json.loads(_exec(deployment, "python", "-c", program)) == []


def test_images_hold_only_their_plane(deployment: str) -> None:
    plane = deployment.rpartition("-")[2]
    found = {
        name for name in _exec(deployment, "ls", "/opt/quarterdeck").split() if "-" not in name
    }
    shared = {"bin", "quarterdeck_contract", "quarterdeck_kube"}
    assert found == shared | {f"quarterdeck_{plane}"}
