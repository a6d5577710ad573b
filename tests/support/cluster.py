"""What tests against a real API server need: permission, kubectl, a namespace, its counters.

A test must never touch a person's current cluster by accident, so two variables have to agree:
QUARTERDECK_TEST_CLUSTER=1 and KUBECONFIG.
"""

import os
import re
import secrets
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

SKIP_REASON = (
    "needs a Kubernetes API server: set QUARTERDECK_TEST_CLUSTER=1 and KUBECONFIG to a cluster "
    "that tests may write to"
)
SAMPLE = re.compile(r"^apiserver_request_total\{(?P<labels>.*)\} (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="([^"]*)"')

RequestKey = tuple[str, str, str, str]
"""(verb, resource, subresource, code), such as ("APPLY", "agents", "status", "200")."""


class KubectlError(AssertionError):
    """kubectl failed; the message is what it printed."""


def cluster_allowed() -> bool:
    """Whether tests may use the cluster of KUBECONFIG."""
    return os.environ.get("QUARTERDECK_TEST_CLUSTER") == "1" and bool(os.environ.get("KUBECONFIG"))


def kubectl(*args: str, stdin: str | None = None, timeout: float = 60.0) -> str:
    """Run kubectl and return what it printed; raises KubectlError with its complaint."""
    done = subprocess.run(
        ["kubectl", *args],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode != 0:
        raise KubectlError(f"kubectl {' '.join(args)}: {done.stderr.strip() or done.stdout}")
    return done.stdout


def api_requests() -> Counter[RequestKey]:
    """Requests that the API server has answered since it started, by its own count.

    Subtract an earlier result to count between the two. Watches count when they end.
    """
    counts: Counter[RequestKey] = Counter()
    for line in kubectl("get", "--raw", "/metrics").splitlines():
        sample = SAMPLE.match(line)
        if sample is not None:
            labels = dict(LABEL.findall(sample["labels"]))
            key = (labels["verb"], labels["resource"], labels["subresource"], labels["code"])
            counts[key] += int(float(sample["value"]))
    return counts


@pytest.fixture(scope="session")
def cluster() -> str:
    """The kubeconfig's path; skips unless tests may use a cluster."""
    if not cluster_allowed():
        pytest.skip(SKIP_REASON)
    return os.environ["KUBECONFIG"]


@pytest.fixture
def namespace(cluster: str) -> Iterator[str]:
    """A namespace of the test's own, deleted with all in it afterwards."""
    name = f"qd-test-{secrets.token_hex(4)}"
    kubectl("create", "namespace", name)
    try:
        yield name
    finally:
        kubectl("delete", "namespace", name, "--wait=false")
