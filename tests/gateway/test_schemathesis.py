"""The OpenAPI document against the gateway that serves it: what it promises holds for generated
requests, good and bad, with an admin's key.

The gateway runs in a thread, on a port: schemathesis asks from outside, as a client would.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from quarterdeck_gateway.identity.access import ACCESS
from quarterdeck_gateway.server import server_config
from support.fake_worker import FakeWorker
from support.redis_servers import running
from support.running_gateway import listening
from support.whole_gateway import INSTALLATION, whole_gateway

HEADERS = {"Authorization": f"Bearer {INSTALLATION}"}
RULED = frozenset(
    {
        "PATCH /api/v1/keys/{namespace}/{name}",
        "POST /api/v1/keys",
        "PUT /api/v1/agents/{namespace}/{name}",
        "PUT /api/v1/budgets/{namespace}/{name}",
        "PUT /api/v1/conversations/{conversation_id}/messages/{position}",
        "PUT /api/v1/models/{namespace}/{name}",
        "GET /api/v1/metrics",
    }
)
"""Operations with rules that a schema cannot spell (at least one limit; a name goes with some
scopes alone; a span of so many steps): what fits the schema may still be refused, with 422; or with
412, where it names a revision."""
CONVERSATION: list[str] = []
"""The id of one that the admin has begun."""
FEW = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A whole gateway in a thread of its own."""
    folder = tmp_path_factory.mktemp("schemathesis")
    started: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve(redis_url: str) -> None:
        async with (
            FakeWorker() as worker,
            whole_gateway(folder, redis_url, worker.url, failed_attempts=100_000) as whole,
            listening(server_config(whole.app, whole.settings, loop="none")) as address,
        ):
            await whole.restore()
            begun = {"agent": "team-a/bot"}
            made = await whole.ask("POST", "/api/v1/conversations", INSTALLATION, json=begun)
            CONVERSATION.append(made.json()["id"])
            started.append(address)
            ready.set()
            await ended.wait()

    with running("valkey") as redis:
        thread = threading.Thread(target=loop.run_until_complete, args=(serve(redis.url),))
        thread.start()
        assert ready.wait(60)
        yield started[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join(60)
        loop.close()


def aimed(case: Any) -> Any:
    """The same request about something that is there: made-up names would only show 404."""
    known = {"namespace": "team-a", "name": "victim", "model": "team-a/bot"}
    if case.operation.label != "DELETE /api/v1/conversations/{conversation_id}":
        known["conversation_id"] = CONVERSATION[0]
    for name in known.keys() & set(case.path_parameters or ()):
        case.path_parameters[name] = known[name]
    if case.operation.label == "POST /v1/chat/completions":
        case.body["model"] = known["model"]
    return case


def generated(operation: Any) -> None:
    """Checks one operation with requests that fit its schema and with others that do not."""

    excluded: list[Any] = [positive_data_acceptance] if operation.label in RULED else []

    @FEW
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def good(case: Any) -> None:
        aimed(case).call_and_validate(headers=HEADERS, excluded_checks=excluded)

    @FEW
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def bad(case: Any) -> None:
        case.call_and_validate(headers=HEADERS)

    good()
    with suppress(Unsatisfiable):
        # Nothing can be wrong about a request that has no parameters.
        bad()


@pytest.mark.timeout(600)
def test_the_document_is_true(url: str) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", headers=HEADERS)
    # Every request carries the same key, which would replace whatever is made up for it.
    schema.config.generation.with_security_parameters = False
    wrong: list[str] = []
    tried: list[str] = []
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        tried.append(operation.label)
        try:
            generated(operation)
        except FailureGroup as failures:
            wrong += [f"{operation.label}: {failure}" for failure in failures.exceptions]
        except Failure as failure:
            wrong.append(f"{operation.label}: {failure}")
    assert not wrong, "\n\n".join(wrong)
    # The document itself is not in the document, nor is the API of Kubernetes.
    documented = [row for row in ACCESS if row.method != "*" and row.path != "/openapi.json"]
    assert len(tried) == len(documented)
