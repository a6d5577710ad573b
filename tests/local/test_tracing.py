"""One chat is one trace: gateway, worker, provider, as a collector gets it."""

import json
import signal
from collections.abc import Iterator
from functools import partial
from typing import Any

import openai
import pytest

from support.collector import Collector
from support.provider_process import Provider
from support.standalone import Standalone, agent, as_yaml, model, wait_for

CLIENT_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CLIENT_SPAN = "00f067aa0ba902b7"
TRACEPARENT = f"00-{CLIENT_TRACE}-{CLIENT_SPAN}-01"
SECRET_WORD = "xylophone"
MESSAGES: Any = [{"role": "user", "content": SECRET_WORD}]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as running:
        yield running


@pytest.fixture
def traced(standalone: Standalone, provider: Provider, collector: Collector) -> Standalone:
    """Runs the agent ``demo`` with a collector, whose spans arrive when it stops at the latest."""
    manifests = standalone.folder / "m"
    manifests.mkdir()
    (manifests / "shop.yaml").write_text(as_yaml(model(url=provider.url), agent()))
    standalone.environment["QUARTERDECK_TRACES_ENDPOINT"] = collector.url
    # The batch processor's own variable: a test does not wait for five seconds.
    standalone.environment["OTEL_BSP_SCHEDULE_DELAY"] = "100"
    standalone.start("--manifests", "m")
    standalone.wait_ready("demo")
    return standalone


def chat(traced: Standalone, agent_name: str = "demo", **options: Any) -> None:
    with traced.openai(max_retries=0) as client:
        client.chat.completions.create(model=agent_name, messages=MESSAGES, **options)


def test_a_chat_is_one_trace_from_gateway_to_provider(
    traced: Standalone, collector: Collector
) -> None:
    chat(traced, extra_headers={"traceparent": TRACEPARENT, "x-request-id": "req-7"})
    wait_for(lambda: len(collector.spans) >= 3, "three spans", lambda: str(collector.spans))
    (gateway,) = collector.named("chat demo")
    (worker,) = collector.named("invoke_agent demo")
    (provider,) = collector.named("chat fake")
    assert {gateway.trace_id, worker.trace_id, provider.trace_id} == {CLIENT_TRACE}
    assert gateway.parent_id == CLIENT_SPAN
    assert worker.parent_id == gateway.span_id
    assert provider.parent_id == worker.span_id
    assert gateway.service == "quarterdeck-gateway"
    assert worker.service == provider.service == "quarterdeck-worker"
    assert gateway.attributes["gen_ai.usage.input_tokens"] == 11
    assert gateway.attributes["gen_ai.response.model"] == "demo-model"
    assert gateway.attributes["quarterdeck.request_id"] == "req-7"
    assert worker.attributes["quarterdeck.request_id"] == "req-7"
    assert provider.attributes["gen_ai.request.model"] == "fake"


def test_no_prompt_and_no_answer_is_in_a_trace(traced: Standalone, collector: Collector) -> None:
    chat(traced)
    wait_for(lambda: len(collector.spans) >= 3, "three spans")
    assert SECRET_WORD.encode() not in collector.raw
    assert traced.key.encode() not in collector.raw


def test_a_chat_with_nobody_is_a_trace_as_well(traced: Standalone, collector: Collector) -> None:
    with pytest.raises(openai.NotFoundError):
        chat(traced, "nobody")
    wait_for(lambda: collector.spans, "a span")
    (refused,) = collector.spans
    assert refused.attributes["http.response.status_code"] == 404
    assert refused.attributes["error.type"] == "model_not_found"


def test_what_is_left_goes_out_at_the_end(
    standalone: Standalone, provider: Provider, collector: Collector
) -> None:
    manifests = standalone.folder / "m"
    manifests.mkdir()
    (manifests / "shop.yaml").write_text(as_yaml(model(url=provider.url), agent()))
    standalone.environment |= {
        "QUARTERDECK_TRACES_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "600000",
    }
    standalone.start("--manifests", "m")
    standalone.wait_ready("demo")
    chat(standalone)
    assert not collector.spans
    standalone.stop(signal.SIGTERM)
    assert len(collector.spans) == 3


def test_one_request_id_stands_in_the_logs_of_all_planes(
    traced: Standalone, collector: Collector
) -> None:
    chat(traced, extra_headers={"x-request-id": "req-in-all-logs"})
    wait_for(lambda: len(collector.spans) >= 3, "three spans")
    for pattern in ("quarterdeck.log", "*demo*.log"):
        wait_for(partial(_lines, traced, pattern), f"a line in {pattern}")
    (gateway,) = collector.named("chat demo")
    own, worker = (_lines(traced, pattern) for pattern in ("quarterdeck.log", "*demo*.log"))
    assert [line["outcome"] for line in own] == ["completed"]
    assert [line["outcome"] for line in worker] == ["completed"]
    assert own[0]["trace_id"] == gateway.trace_id


def _lines(traced: Standalone, pattern: str) -> list[dict[str, Any]]:
    """The lines about that chat in the log files of this name."""
    (path,) = (traced.home / "logs").rglob(pattern)
    found = [line for line in path.read_text().splitlines() if "req-in-all-logs" in line]
    return [json.loads(line) for line in found]
