"""Story: whoever runs agents sets up a key, scales, pauses and deletes; whoever runs the platform
restores a backup."""

import subprocess
from pathlib import Path

import httpx
import pytest
from openai import APIStatusError, OpenAI

from e2e.echo import QUESTION, ROLL_SECONDS, answer, echo_agent, provider_key
from e2e.installation import SYSTEM, Installation
from e2e.objects import CHILD_KINDS, MANAGED, agent_is, listed, worker_pods
from e2e.pods import apply
from e2e.trouble import scaled_to_nothing
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
    # The reason reaches whoever chats.
    refusal = _refused(client, f"{restricted}/waiting", 503, saying="SecretNotFound")
    assert "provider-key" not in refusal.message, "names are for the agent's owner"
    apply(restricted, provider_key("first-key"))
    eventually(
        "agent ready", lambda: agent_is("waiting", restricted, ready=True), seconds=ROLL_SECONDS
    )
    kubectl("delete", "agent", "waiting", "-n", restricted)


def test_a_bare_name_is_enough_where_it_is_the_only_one(echo: str, client: OpenAI) -> None:
    # Another one may still be there while an earlier story's namespace goes.
    said = eventually("the only one", lambda: answer(client, "echo"), seconds=PATIENCE)
    assert said.choices[0].message.content == "Hello, world!"
    assert said.usage is not None
    assert said.usage.total_tokens == 15


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
    _refused(client, f"{echo}/echo", 503, saying="suspended")
    _suspend(echo, suspended=False)
    eventually("back", lambda: agent_is("echo", echo, ready=True), seconds=ROLL_SECONDS)


def test_deleting_an_agent_leaves_nothing(echo: str, client: OpenAI) -> None:
    apply(echo, *echo_agent("short-lived"))
    eventually("ready", lambda: agent_is("short-lived", echo, ready=True), seconds=ROLL_SECONDS)
    mine = "quarterdeck.dev/agent=short-lived"
    assert len(listed(CHILD_KINDS, echo, mine)) >= 6
    kubectl("delete", "agent", "short-lived", "-n", echo)
    eventually("children gone", lambda: not listed(CHILD_KINDS, echo, mine), seconds=ROLL_SECONDS)
    _refused(client, f"{echo}/short-lived", 404)


def test_a_backup_of_the_database_comes_back(
    echo: str, installation: Installation, tmp_path: Path
) -> None:
    """As docs/operations.md says: no gateway, restored beside the old database, names changed."""
    eventually("a chat", lambda: _chat(echo, installation), seconds=PATIENCE)
    eventually("recorded", lambda: _in_database("quarterdeck") > 0, seconds=PATIENCE)
    known, dump = _in_database("quarterdeck"), tmp_path / "quarterdeck.dump"
    _in_postgres("pg_dump", "-U", "quarterdeck", "-d", "quarterdeck", "--format=custom", into=dump)
    dumped = _in_database("quarterdeck")
    eventually("another chat", lambda: _chat(echo, installation), seconds=PATIENCE)
    eventually("recorded too", lambda: _in_database("quarterdeck") > dumped, seconds=PATIENCE)
    gateways = "app.kubernetes.io/component=gateway"
    with scaled_to_nothing("deployment", "quarterdeck-gateway"):
        eventually("no gateway", lambda: not listed("pods", SYSTEM, gateways), seconds=PATIENCE)
        _in_postgres("createdb", "-U", "quarterdeck", "restored")
        restore = ("pg_restore", "-U", "quarterdeck", "-d", "restored", "--exit-on-error")
        _in_postgres(*restore, "--no-owner", out_of=dump)
        for old, new in (("quarterdeck", "before_restore"), ("restored", "quarterdeck")):
            rename = f"ALTER DATABASE {old} RENAME TO {new}"
            _in_postgres("psql", "-U", "quarterdeck", "-d", "postgres", "-c", rename)
        restored = _in_database("quarterdeck")
        assert known <= restored < _in_database("before_restore")
    eventually("chats go on", lambda: _chat(echo, installation), seconds=PATIENCE)
    eventually("and are recorded", lambda: _in_database("quarterdeck") > restored, seconds=PATIENCE)
    _in_postgres("dropdb", "-U", "quarterdeck", "before_restore")


def _refused(client: OpenAI, model: str, status: int, *, saying: str = "") -> APIStatusError:
    """The refusal that whoever chats gets; a gateway may hear of it later than kubectl shows it."""

    def look() -> APIStatusError:
        try:
            client.chat.completions.create(model=model, messages=QUESTION)
        except APIStatusError as exc:
            if exc.status_code == status and saying in exc.message:
                return exc
            raise AssertionError(f"{exc.status_code}: {exc.message}") from exc
        raise AssertionError("answered")

    return eventually(f"{model} refused", look, seconds=PATIENCE)


def _chat(namespace: str, installation: Installation) -> bool:
    body = {"model": f"{namespace}/echo", "messages": QUESTION}
    headers = {"Authorization": f"Bearer {installation.admin_key}"}
    url = f"{installation.url}/v1/chat/completions"
    return httpx.post(url, json=body, headers=headers, timeout=60).status_code == 200


def _in_database(name: str) -> int:
    """Usage records of that database; of chats by now, for they are delivered within a second."""
    count = ("psql", "-U", "quarterdeck", "-d", name, "-At", "-c")
    return int(_in_postgres(*count, "SELECT count(*) FROM usage_records"))


def _in_postgres(*command: str, into: Path | None = None, out_of: Path | None = None) -> bytes:
    """What the command says in PostgreSQL's pod; files are read and written here."""
    done = subprocess.run(
        ["kubectl", "exec", "-i", "-n", SYSTEM, "quarterdeck-postgres-0", "--", *command],
        input=b"" if out_of is None else out_of.read_bytes(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    if into is not None:
        into.write_bytes(done.stdout)
    return done.stdout


def _suspend(namespace: str, *, suspended: bool) -> None:
    patch = f'{{"spec":{{"suspended":{str(suspended).lower()}}}}}'
    kubectl("patch", "agent", "echo", "-n", namespace, "--type=merge", "-p", patch)
