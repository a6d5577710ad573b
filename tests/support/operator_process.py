"""The operator as it is shipped, in its own process, before a real API server.

It goes through a fault-injecting proxy, with the permissions that are shipped and no others, and
serves one namespace, so that many may run at once.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from quarterdeck_contract.crds import definitions
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import NotFound
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_kube.resources import CUSTOM_RESOURCE_DEFINITION, Manifest, Resource
from quarterdeck_operator import rbac
from support.cluster import kubectl
from support.fault_proxy import FaultProxy
from support.ports import free_port

RBAC = "rbac.authorization.k8s.io"
ROLE = Resource(RBAC, "v1", "Role", "roles")
ROLE_BINDING = Resource(RBAC, "v1", "RoleBinding", "rolebindings")
SERVICE_ACCOUNT_NAME = "operator"


async def eventually(
    condition: Callable[[], Awaitable[Any]], seconds: float = 60.0, what: str = ""
) -> float:
    """Seconds until ``condition`` held."""
    started = time.monotonic()
    while True:
        if await condition():
            return time.monotonic() - started
        if time.monotonic() - started > seconds:
            raise AssertionError(f"not within {seconds} s: {what or condition}")
        await asyncio.sleep(0.02)


class OperatorProcess:
    """One running operator; ``proxy`` stands between it and the API server."""

    def __init__(self, process: Process, proxy: FaultProxy, port: int, log: Path) -> None:
        self.process = process
        self.proxy = proxy
        self.port = port
        self.log = log

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text of its own HTTP endpoint; 0 while it does not listen."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
            ):
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""

    async def metric(self, line: str) -> float:
        """The value of the sample that begins with ``line``; 0 if there is none."""
        _, text = await self.get("/metrics")
        return sum(
            float(sample.rpartition(" ")[2])
            for sample in text.splitlines()
            if sample.startswith(line)
        )

    async def leading(self) -> bool:
        """Whether it holds the Lease."""
        return await self.metric("leader_election_master_status") == 1

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 60)


class Operators:
    """Starts operators in ``namespace`` with the shipped permissions."""

    def __init__(self, namespace: str, credentials: Credentials, stack: AsyncExitStack) -> None:
        self.namespace = namespace
        self._credentials = credentials
        self._stack = stack

    async def start(self) -> OperatorProcess:
        """A running operator, ready but perhaps not leading."""
        proxy = await self._stack.enter_async_context(FaultProxy(self._credentials).running())
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        kubeconfig = await proxy.write_kubeconfig(folder / "kubeconfig")
        port = free_port()
        log = folder / "log"
        with log.open("wb") as sink:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "quarterdeck_operator.main",
                stdout=sink,
                stderr=sink,
                env=os.environ
                | {
                    "KUBECONFIG": str(kubeconfig),
                    "QUARTERDECK_NAMESPACE": self.namespace,
                    "QUARTERDECK_WATCH_NAMESPACES": self.namespace,
                    "QUARTERDECK_OPERATOR_PORT": str(port),
                    # Agents that run elsewhere are played by this machine.
                    "QUARTERDECK_ALLOWED_NETWORKS": "127.0.0.0/8",
                },
            )
        operator = OperatorProcess(process, proxy, port, log)
        self._stack.push_async_callback(_end, operator)
        await eventually(lambda: _ready(operator), what="ready")
        return operator

    async def start_leader(self) -> OperatorProcess:
        """A running operator that leads."""
        operator = await self.start()
        await eventually(operator.leading, what="leading")
        return operator


async def _ready(operator: OperatorProcess) -> bool:
    if operator.process.returncode is not None:
        raise AssertionError(operator.log.read_text())
    return (await operator.get("/readyz"))[0] == 200


async def _end(operator: OperatorProcess) -> None:
    # pytest shows it with a test that failed.
    print(operator.log.read_text())
    if operator.process.returncode is None:
        operator.process.kill()
        await operator.process.wait()


async def grant(api: KubeClient, namespace: str) -> None:
    """The shipped permissions for the service account ``operator``, within the namespace."""
    account = {"kind": "ServiceAccount", "name": SERVICE_ACCOUNT_NAME, "namespace": namespace}
    kubectl("-n", namespace, "create", "serviceaccount", SERVICE_ACCOUNT_NAME)
    rules = {"quarterdeck-all": rbac.CLUSTER_RULES, "quarterdeck-own": rbac.NAMESPACE_RULES}
    for name, granted in rules.items():
        metadata = {"name": name, "namespace": namespace}
        role: Manifest = {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": metadata}
        await api.create(ROLE, role | {"rules": rbac.manifests(granted)})
        binding = role | {
            "kind": "RoleBinding",
            "subjects": [account],
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
        }
        await api.create(ROLE_BINDING, binding)


@asynccontextmanager
async def _operators(api: KubeClient, namespace: str) -> AsyncIterator[Operators]:
    await grant(api, namespace)
    token = kubectl("-n", namespace, "create", "token", SERVICE_ACCOUNT_NAME).strip()
    credentials = Credentials(api.credentials.server, token, api.credentials.tls)
    async with AsyncExitStack() as stack:
        yield Operators(namespace, credentials, stack)


@pytest.fixture
async def api(cluster: str, crds: None) -> AsyncIterator[KubeClient]:
    """A person's client of the real API server."""
    async with KubeClient(from_kubeconfig(), field_manager="person") as client:
        yield client


@pytest.fixture
async def crds(cluster: str) -> None:
    """The CustomResourceDefinitions of this checkout are served."""
    async with KubeClient(from_kubeconfig(), field_manager="quarterdeck-tests") as client:
        for definition in definitions():
            await client.apply(CUSTOM_RESOURCE_DEFINITION, definition)

        async def served() -> bool:
            for definition in definitions():
                name = definition["metadata"]["name"]
                found = await client.get(CUSTOM_RESOURCE_DEFINITION, None, name)
                conditions = (found.get("status") or {}).get("conditions") or ()
                if ("Established", "True") not in {(c["type"], c["status"]) for c in conditions}:
                    return False
            return True

        await eventually(served, 10, "CRDs")


@pytest.fixture
async def operators(api: KubeClient, namespace: str) -> AsyncIterator[Operators]:
    """Starts operators for the test's namespace."""
    async with _operators(api, namespace) as started:
        yield started


async def absent(api: KubeClient, resource: Resource, namespace: str, name: str) -> bool:
    """Whether an object is not there."""
    try:
        await api.get(resource, namespace, name)
    except NotFound:
        return True
    return False
