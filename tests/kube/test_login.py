"""The pod's service account is found, and a missing login says what to do."""

from pathlib import Path

import certifi
import pytest

from quarterdeck_kube.errors import LoginError
from quarterdeck_kube.login import in_cluster, login

POD_ENVIRONMENT = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("t1\n")
    (tmp_path / "namespace").write_text("quarterdeck")
    (tmp_path / "ca.crt").write_text(certifi.contents())
    return tmp_path


async def test_service_account(mounted: Path) -> None:
    credentials = in_cluster(POD_ENVIRONMENT, mounted)
    source = credentials.token_source

    assert (credentials.server, credentials.namespace) == ("https://10.0.0.1:443", "quarterdeck")
    assert credentials.tls is not None
    assert source is not None
    assert await source.authorization() == "Bearer t1"
    (mounted / "token").write_text("t2\n")
    assert await source.authorization() == "Bearer t1"
    assert await source.authorization(refused="Bearer t1") == "Bearer t2"


def test_an_ipv6_address_is_bracketed(mounted: Path) -> None:
    environment = POD_ENVIRONMENT | {"KUBERNETES_SERVICE_HOST": "fd00::1"}

    assert in_cluster(environment, mounted).server == "https://[fd00::1]:443"


def test_outside_a_pod() -> None:
    with pytest.raises(LoginError, match="not in a pod: KUBERNETES_SERVICE_HOST"):
        in_cluster({})


def test_no_token_mounted(tmp_path: Path) -> None:
    with pytest.raises(LoginError, match="automountServiceAccountToken"):
        in_cluster(POD_ENVIRONMENT, tmp_path)


def test_a_broken_authority_is_named(mounted: Path) -> None:
    (mounted / "ca.crt").write_text("nonsense")

    with pytest.raises(LoginError, match=r"cannot load .*ca\.crt"):
        in_cluster(POD_ENVIRONMENT, mounted)


def test_in_a_pod_the_service_account_is_chosen(mounted: Path) -> None:
    credentials = login(environ=POD_ENVIRONMENT, directory=mounted)

    assert credentials.server == "https://10.0.0.1:443"


@pytest.mark.parametrize("context", [None, "named"])
def test_an_explicit_kubeconfig_goes_first(mounted: Path, context: str | None) -> None:
    environment = POD_ENVIRONMENT | {"KUBECONFIG": str(mounted / "absent")}

    with pytest.raises(LoginError, match=r"no kubeconfig found at .*absent: set KUBECONFIG"):
        login(context, environ=environment, directory=mounted)
