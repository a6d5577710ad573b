"""Story: whoever runs agents sets up a key, scales, pauses and deletes."""

import pytest
from openai import APIStatusError, OpenAI

from e2e.echo import QUESTION, ROLL_SECONDS, echo_agent, provider_key
from e2e.objects import CHILD_KINDS, MANAGED, agent_is, listed, worker_pods
from e2e.pods import apply
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(300)]


def test_a_missing_secret_is_named_and_its_arrival_wakes_the_agent(
    provider: str, restricted: str, client: OpenAI
) -> None:
    kubectl("delete", "secret", "provider-key", "-n", restricted, "--ignore-not-found")
    apply(restricted, *echo_agent("waiting"))
    agent = eventually(
        "SecretNotFound reported",
        lambda: agent_is("waiting", restricted, ready=False, reason="SecretNotFound"),
        seconds=PATIENCE,
    )
    assert "provider-key" in str(agent["status"]["conditions"])
    with pytest.raises(APIStatusError) as refusal:
        client.chat.completions.create(model=f"{restricted}/waiting", messages=QUESTION)
    assert refusal.value.status_code == 503
    assert "SecretNotFound" in refusal.value.message, "the reason reaches whoever chats"
    assert "provider-key" not in refusal.value.message, "names are for the agent's owner"
    apply(restricted, provider_key("first-key"))
    eventually(
        "agent ready", lambda: agent_is("waiting", restricted, ready=True), seconds=ROLL_SECONDS
    )
    kubectl("delete", "agent", "waiting", "-n", restricted)


def test_a_bare_name_is_enough_where_it_is_the_only_one(echo: str, client: OpenAI) -> None:
    answer = client.chat.completions.create(model="echo", messages=QUESTION)
    assert answer.choices[0].message.content == "Hello, world!"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 15


def test_kubectl_scale_changes_the_number_of_workers(echo: str) -> None:
    kubectl("scale", "agent", "echo", "--replicas=2", "-n", echo)
    eventually(
        "2/2 workers",
        lambda: kubectl("get", "agent", "echo", "-n", echo).split()[-2] == "2/2",
        seconds=ROLL_SECONDS,
    )
    assert len(worker_pods("echo", echo)) == 2
    assert listed("poddisruptionbudgets", echo, MANAGED), (
        "two workers can be kept from leaving at once"
    )
    kubectl("scale", "agent", "echo", "--replicas=1", "-n", echo)
    eventually("one worker", lambda: len(worker_pods("echo", echo)) == 1, seconds=ROLL_SECONDS)
    eventually(
        "no disruption budget",
        lambda: not listed("poddisruptionbudgets", echo, MANAGED),
        seconds=PATIENCE,
    )


def test_a_suspended_agent_costs_nothing_and_says_so(echo: str, client: OpenAI) -> None:
    _suspend(echo, suspended=True)
    eventually("no workers", lambda: not worker_pods("echo", echo), seconds=ROLL_SECONDS)
    eventually(
        "reported",
        lambda: agent_is("echo", echo, ready=False, reason="Suspended"),
        seconds=PATIENCE,
    )
    with pytest.raises(APIStatusError) as refusal:
        client.chat.completions.create(model=f"{echo}/echo", messages=QUESTION)
    assert refusal.value.status_code == 503
    assert "suspended" in refusal.value.message
    _suspend(echo, suspended=False)
    eventually("back", lambda: agent_is("echo", echo, ready=True), seconds=ROLL_SECONDS)


def test_deleting_an_agent_leaves_nothing(echo: str, client: OpenAI) -> None:
    apply(echo, *echo_agent("short-lived"))
    eventually("ready", lambda: agent_is("short-lived", echo, ready=True), seconds=ROLL_SECONDS)
    mine = "quarterdeck.dev/agent=short-lived"
    assert len(listed(CHILD_KINDS, echo, mine)) >= 6
    kubectl("delete", "agent", "short-lived", "-n", echo)
    eventually("children gone", lambda: not listed(CHILD_KINDS, echo, mine), seconds=ROLL_SECONDS)
    with pytest.raises(APIStatusError) as refusal:
        client.chat.completions.create(model=f"{echo}/short-lived", messages=QUESTION)
    assert refusal.value.status_code == 404


def _suspend(namespace: str, *, suspended: bool) -> None:
    patch = f'{{"spec":{{"suspended":{str(suspended).lower()}}}}}'
    kubectl("patch", "agent", "echo", "-n", namespace, "--type=merge", "-p", patch)
