"""Story: someone new applies the demo sample and chats with it; no key, no outside network."""

from contextlib import suppress

import pytest
from openai import AuthenticationError, OpenAI

from e2e.installation import ROOT, Installation
from e2e.money import key_of
from e2e.objects import agent_is, read, worker_pods
from e2e.session import browser, question, sign_in
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.node,
    pytest.mark.model,
    pytest.mark.timeout(300),
]

SAMPLE = ROOT / "manifests" / "samples" / "demo.yaml"
KEYS_SAMPLE = SAMPLE.with_name("keys-and-budgets.yaml")
READY_SECONDS = 120
WAIT = "--timeout=55s"


@pytest.fixture(scope="module")
def demo(installation: Installation, restricted: str) -> str:
    """The namespace in which the sample's agent is Ready."""
    kubectl("apply", "-n", restricted, "-f", str(SAMPLE))
    eventually(
        "agent demo ready",
        lambda: agent_is("demo", restricted, ready=True),
        seconds=READY_SECONDS,
    )
    return restricted


def test_kubectl_get_tells_at_a_glance(demo: str) -> None:
    def told() -> bool:
        header, row = kubectl("get", "agents", "-n", demo).splitlines()
        assert header.split() == ["NAME", "READY", "REASON", "MODEL", "REPLICAS", "AGE"]
        assert row.split()[:5] == ["demo", "True", "WorkersReady", "demo-model", "1/1"]
        return True

    eventually("told at a glance", told, seconds=PATIENCE)


def test_a_streamed_chat_brings_real_tokens_and_their_count(demo: str, client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model=f"{demo}/demo",
        messages=[{"role": "user", "content": "Say hello to the crew."}],
        stream=True,
        stream_options={"include_usage": True},
        max_tokens=40,
    )
    pieces, usage, finish = [], None, None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            finish = choice.finish_reason or finish
            pieces.append(choice.delta.content or "")
    assert len([piece for piece in pieces if piece]) > 1, "one piece would be no stream"
    assert any(letter.isalpha() for letter in "".join(pieces))
    assert finish in ("stop", "length")
    assert usage is not None
    assert usage.prompt_tokens > 0
    assert 0 < usage.completion_tokens <= 40


def test_the_agent_chats_through_the_web_uis_nginx(
    demo: str, front: str, installation: Installation
) -> None:
    with browser(front) as page:
        assert sign_in(page, installation.admin_key).status_code == 200
        body = question(f"{demo}/demo", max_tokens=30)
        answer = page.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    content = answer.json()["choices"][0]["message"]["content"]
    assert any(letter.isalpha() for letter in content)


def test_the_agent_is_listed_as_a_model(demo: str, client: OpenAI) -> None:
    assert f"{demo}/demo" in {model.id for model in client.models.list()}


def test_the_sample_of_keys_and_budgets_goes_with_it(demo: str, installation: Installation) -> None:
    kubectl("apply", "-n", demo, "-f", str(KEYS_SAMPLE))
    for kind, name in (("apikey", "demo-app"), ("budget", "all-demos"), ("budget", "demos-team")):
        kubectl("wait", kind, name, "-n", demo, "--for=condition=Ready", WAIT)
    kubectl("wait", "budgets", "--all", "-n", demo, "--for=condition=Enforced", WAIT)
    client = OpenAI(
        base_url=f"{installation.url}/v1", api_key=key_of("demo-app", demo), max_retries=0
    )
    with client:
        eventually(
            "the key shows its agent", lambda: _models(client) == {f"{demo}/demo"}, seconds=PATIENCE
        )
        answer = client.chat.completions.with_raw_response.create(
            model=f"{demo}/demo",
            messages=[{"role": "user", "content": "Say hello."}],
            max_tokens=8,
        )
    assert answer.headers["x-ratelimit-limit-requests"] == "60"
    assert answer.headers["x-quarterdeck-cost"] == "0.000000"


def _models(client: OpenAI) -> set[str]:
    """What the key opens; nothing while the gateway has not heard of it."""
    with suppress(AuthenticationError):
        return {model.id for model in client.models.list()}
    return set()


def test_describe_tells_the_story(demo: str) -> None:
    told = kubectl("describe", "agent", "demo", "-n", demo)
    events = told.partition("Events:")[2]
    assert "WorkersReady" in events
    assert "quarterdeck" in events, "who says so"


def test_the_worker_may_do_nothing_but_work(demo: str) -> None:
    (pod,) = worker_pods("demo", demo)
    assert pod["spec"]["automountServiceAccountToken"] is False
    volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
    assert not [name for name in volumes if name.startswith("kube-api-access")]
    name = pod["metadata"]["name"]
    assert kubectl("exec", "-n", demo, name, "--", "id", "-u").strip() == "65532"
    statuses = pod["status"]["containerStatuses"]
    assert [status["restartCount"] for status in statuses] == [0]
    assert (
        read("namespace", demo, demo)["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        == "restricted"
    )
