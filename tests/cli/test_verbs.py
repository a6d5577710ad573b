"""Every verb against a standalone instance; no worker runs, since all agents are suspended."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import bad_samples
from support.standalone import Standalone, agent, as_yaml, model, secret, wait_for

from .conftest import Cli


def idle(name: str = "one", **spec: Any) -> dict[str, Any]:
    return agent(name, suspended=True, **spec)


MODEL = model(url="http://127.0.0.1:1")


def test_apply_says_what_became_of_each(here: Cli) -> None:
    manifests = as_yaml(MODEL, idle(), secret("keys", apiKey="sesame"))
    done = here("apply", "-f", "-", stdin=manifests)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "model.quarterdeck.dev/demo-model created",
        "agent.quarterdeck.dev/one created",
        "secret/keys created",
    ]
    again = here("apply", "-f", "-", stdin=manifests)
    assert again.out.count(" unchanged") == 3
    changed = here("apply", "-f", "-", stdin=as_yaml(idle(description="new")))
    assert changed.out == "agent.quarterdeck.dev/one configured\n"


def test_a_dry_run_changes_nothing(here: Cli) -> None:
    done = here("apply", "--dry-run", "-f", "-", stdin=as_yaml(idle()))
    assert done.out == "agent.quarterdeck.dev/one created (dry run)\n"
    assert here("get", "agent", "one").code == 1


def test_one_bad_document_of_many_sends_nothing(here: Cli, nowhere: Path) -> None:
    (nowhere / "a.yaml").write_text(as_yaml(idle(), idle("two", limits={"seconds": 0})))
    (nowhere / "b.yaml").write_text("kind: [")
    done = here("apply", "-f", "a.yaml", "-f", "b.yaml")
    assert (done.code, done.out) == (1, "")
    first, second = done.err.splitlines()
    assert first.startswith(
        "error: a.yaml: document 2 (Agent/two): spec.limits.seconds: Invalid value: 0"
    )
    assert second.startswith("error: b.yaml: document 1: not valid YAML")
    assert here("get", "agent", "one").code == 1


@pytest.mark.parametrize("bad", bad_samples.BAD, ids=lambda bad: bad.id)
def test_the_crds_rules_are_judged_before_sending(
    cli: Cli, nowhere: Path, bad: bad_samples.Bad
) -> None:
    (nowhere / "bad.yaml").write_text(as_yaml(bad.manifest))
    done = cli("apply", "-f", "bad.yaml", "--context", "never-asked")
    assert done.code == 1
    assert "bad.yaml: document 1" in done.err
    assert bad.field in done.err
    assert bad.words in done.err


def test_what_only_the_server_knows_comes_back_field_by_field(here: Cli) -> None:
    here("apply", "-f", "-", stdin=as_yaml(MODEL))
    other = model(url="http://127.0.0.1:1", provider="ollama")
    done = here("apply", "-f", "-", stdin=as_yaml(other))
    assert done.code == 1
    assert "error: spec.provider: Invalid value: provider is immutable" in done.err


def test_folders_are_read_and_below_when_asked(here: Cli, nowhere: Path) -> None:
    (nowhere / "d" / "below").mkdir(parents=True)
    (nowhere / "d" / "one.yaml").write_text(as_yaml(idle()))
    (nowhere / "d" / "notes.txt").write_text("not a manifest")
    (nowhere / "d" / "below" / "two.json").write_text(json.dumps(idle("two")))
    assert here("apply", "-f", "d").out.count("created") == 1
    assert here("apply", "-R", "-f", "d").out.count("created") == 1
    deleted = here("delete", "-R", "-f", "d")
    assert deleted.out.splitlines()[0] == "agent.quarterdeck.dev/one deleted"
    gone = here("delete", "-R", "-f", "d")
    assert gone.code == 1
    assert gone.err.count("not found") == 2
    assert "no manifests in" in here("apply", "-f", str(nowhere / "d" / "below" / "..")).err or True


def test_get_shows_the_crds_columns(here: Cli) -> None:
    here("apply", "-f", "-", stdin=as_yaml(MODEL, idle()))
    wait_for(lambda: "Suspended" in here("get", "agents").out, "the condition is there")
    head, row = here("get", "agents").out.splitlines()
    assert head.split() == ["NAME", "READY", "REASON", "MODEL", "REPLICAS", "AGE"]
    assert row.split()[:4] == ["one", "False", "Suspended", "demo-model"]
    assert "MESSAGE" in here("get", "qagent", "one", "-o", "wide").out
    everything = here("get", "all", "-A").out
    assert "agent.quarterdeck.dev/one" in everything
    assert "model.quarterdeck.dev/demo-model" in everything
    assert everything.startswith("NAMESPACE")


def test_get_prints_objects_that_can_be_applied_again(here: Cli) -> None:
    here("apply", "-f", "-", stdin=as_yaml(idle()))
    one = json.loads(here("get", "agent", "one", "-o", "json").out)
    assert one["metadata"]["name"] == "one"
    listed = here("get", "agents", "-o", "yaml").out
    assert yaml.safe_load(listed)["kind"] == "List"
    assert here("apply", "-f", "-", stdin=listed).out == "agent.quarterdeck.dev/one unchanged\n"


def test_namespaces_are_kept_apart(here: Cli) -> None:
    here("apply", "-n", "other", "-f", "-", stdin=as_yaml(idle("elsewhere")))
    assert 'no agents in namespace "default"' in here("get", "agents").out
    assert "elsewhere" in here("get", "agents", "-n", "other").out
    assert "elsewhere" in here("get", "agent", "elsewhere", "-A").out
    assert here("delete", "agent", "elsewhere").code == 1
    assert here("delete", "agent", "elsewhere", "-n", "other").code == 0


def test_describe_tells_the_whole_story(here: Cli) -> None:
    here("apply", "-f", "-", stdin=as_yaml(MODEL, idle()))
    wait_for(lambda: "Suspended" in here("get", "agents").out, "the condition is there")
    told = here("describe", "agent", "one").out
    for words in ("Name:       one", "instructions: Be kind.", "Suspended:", "Workers:    none"):
        assert words in told
    wait_for(lambda: "Events:" in here("describe", "agent", "one").out, "there is an event")
    assert "Workers" not in here("describe", "model", "demo-model").out
    assert here("describe", "agent", "none").err == 'error: agents "none" not found\n'


def test_logs_of_an_agent_without_workers(here: Cli) -> None:
    here("apply", "-f", "-", stdin=as_yaml(idle()))
    done = here("logs", "one")
    assert (done.code, done.out) == (1, "")
    assert 'agent "one" has no workers' in done.err
    assert 'agents "none" not found' in here("logs", "none").err


def test_chat_tells_why_an_agent_does_not_answer(here: Cli) -> None:
    here("apply", "-f", "-", stdin=as_yaml(idle()))
    done = here("chat", "one", "hi")
    assert done.code == 1
    assert done.err.startswith("error: ")
    assert "suspended" in done.err
    assert "none" in here("chat", "none", "hi").err


def test_an_object_of_the_folder_is_deleted_with_a_warning(here: Cli, laptop: Standalone) -> None:
    file = laptop.folder / "m" / "one.yaml"
    file.write_text(as_yaml(idle()))
    wait_for(lambda: here("get", "agent", "one").code == 0, "it is there")
    changed = here("apply", "-f", "-", stdin=as_yaml(idle(description="by command")))
    assert "it also stands in m/one.yaml: document 1" in changed.err
    deleted = here("delete", "agent", "one")
    assert deleted.code == 0
    assert "it still stands in m/one.yaml: document 1, which brings it back" in deleted.err
    file.write_text(as_yaml(idle(description="changed")))
    wait_for(lambda: here("get", "agent", "one").code == 0, "it is back")
    file.unlink()
    wait_for(lambda: here("get", "agent", "one").code == 1, "it is gone")


def test_version_tells_both(here: Cli, laptop: Standalone) -> None:
    done = here("version")
    assert done.out.startswith("client: 0.")
    assert f"(standalone, {laptop.url}, pid " in done.out
    assert here("version", "--client").out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["apply"], "-f FILE is missing"),
        (["delete"], "name either -f FILE or KIND NAME"),
        (["delete", "agent"], "Its name is missing"),
        (["delete", "agent", "a", "-f", "x"], "name either"),
        (["get", "pods"], 'unknown kind "pods": expected one of agents, models'),
        (["get", "all", "one"], "all takes no name"),
        (["get", "agents", "-o", "xml"], "xml"),
        (["chat", "one", " "], "the message is empty"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_usage_is_exit_code_2(here: Cli, arguments: list[str], words: str) -> None:
    done = here(*arguments)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["get", "agents"], "nothing runs in .quarterdeck (start it with: quarterdeck up)"),
        (["apply", "-f", "none.yaml", "--context", "x"], "none.yaml: no such file or folder"),
        (["chat", "one", "hi"], "no gateway: start one with quarterdeck up"),
        (
            ["chat", "one", "hi", "--gateway", "http://127.0.0.1:1"],
            "put it into QUARTERDECK_API_KEY",
        ),
        (["get", "agents", "--context", "x"], "no kubeconfig found"),
    ],
)
def test_without_a_target_the_way_to_one_is_told(
    cli: Cli, arguments: list[str], words: str
) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert "Traceback" not in done.err


def test_an_instance_that_starts_or_died_is_no_target(cli: Cli, nowhere: Path) -> None:
    (nowhere / ".quarterdeck").mkdir()
    (nowhere / ".quarterdeck" / "lock").touch()
    (nowhere / ".quarterdeck" / "gateway.json").write_text('{"url": "http://x", "pid": 1}')
    assert "nothing runs" in cli("get", "agents").err
    assert "server: none" in cli("version").out
