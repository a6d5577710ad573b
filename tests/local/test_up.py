"""``quarterdeck up`` as a process, from an empty folder: what a person would try, and abuse."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any, cast

import openai
import psutil
import pytest
from openai.types.chat import ChatCompletionChunk

from quarterdeck_contract.names import HEADER_AGENT
from support.provider_process import Provider
from support.standalone import Standalone, agent, as_yaml, model, secret, wait_for

MESSAGES: Any = [{"role": "user", "content": "hi"}]


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, provider_process: Provider
) -> Iterator[Standalone]:
    """One instance with the agent ``demo`` out of its folder, for all tests that leave it well."""
    with Standalone(tmp_path_factory.mktemp("running")) as laptop:
        manifests = laptop.folder / "m"
        manifests.mkdir()
        (manifests / "model.yaml").write_text(as_yaml(model(url=provider_process.url)))
        (manifests / "demo.yaml").write_text(as_yaml(agent()))
        laptop.start("--manifests", "m")
        laptop.wait_ready("demo")
        yield laptop


def streamed(chunks: Any) -> str:
    parts = cast("list[ChatCompletionChunk]", chunks)
    return "".join(each.choices[0].delta.content or "" for each in parts if each.choices)


def test_the_openai_sdk_chats_and_streams(running: Standalone, provider: Provider) -> None:
    client = running.openai()
    raw = client.chat.completions.with_raw_response.create(model="demo", messages=MESSAGES)
    assert raw.headers[HEADER_AGENT] == "default/demo"
    assert raw.parse().choices[0].message.content == "Hello, world!"
    stream = client.chat.completions.create(model="default/demo", messages=MESSAGES, stream=True)
    assert streamed(stream) == "Hello, world!"
    assert provider.requests()[0]["body"]["messages"][0]["content"] == "Be kind."
    assert "demo" in [each.id for each in client.models.list()]


def test_there_is_no_open_door(running: Standalone) -> None:
    stranger = openai.OpenAI(base_url=f"{running.url}/v1", api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()
    with pytest.raises(openai.AuthenticationError):
        stranger.get("/../k8s/api/v1/namespaces/default/secrets", cast_to=object)


def test_the_printed_curl_streams(running: Standalone, provider: Provider) -> None:
    said = running.said()
    command = said[said.index("curl -N") :].split("\n\n")[0]
    shell = {"PATH": os.environ["PATH"]}
    answer = subprocess.run(
        ["sh", "-c", command], cwd=running.folder, env=shell, capture_output=True, text=True
    )
    assert "\ndata: [DONE]\n\nevent: quarterdeck.cost\n" in answer.stdout, answer.stderr
    assert "✓ default/demo is ready" in said


def test_logs_of_the_workers_are_shown(running: Standalone) -> None:
    done = running.run("logs", "demo", "--tail", "50")
    assert '"event": "ready"' in done.stdout
    log = (running.home / "logs" / "default.demo.0.log").read_text()
    assert done.stdout.splitlines() == log.splitlines()[-50:]


def test_what_lies_in_the_home_is_private(running: Standalone) -> None:
    assert running.home.stat().st_mode & 0o777 == 0o700
    for name in ("admin.key", "quarterdeck.db", "lock"):
        assert (running.home / name).stat().st_mode & 0o777 == 0o600
    described = json.loads((running.home / "gateway.json").read_text())
    assert running.process is not None
    assert described == {"url": running.url, "pid": running.process.pid}
    for path in running.home.rglob("*"):
        if path.is_file() and path.name != "admin.key":
            assert running.key.encode() not in path.read_bytes(), path


def test_a_second_instance_is_refused(running: Standalone) -> None:
    second = running.run("up", "--port", "0")
    assert running.process is not None
    assert second.returncode == 1
    assert second.stderr == f"error: already running: pid {running.process.pid}, {running.url}\n"
    assert running.run("get", "agents").returncode == 0


def test_a_worker_killed_in_mid_stream(running: Standalone, provider: Provider) -> None:
    stream = begun_chat(running, provider, 400)
    running.workers()[0].kill()
    with pytest.raises(openai.APIError) as broken:
        streamed(stream)
    assert "demo" in str(broken.value) or "worker" in str(broken.value)
    provider.script()
    back = "✓ default/demo is ready"
    wait_for(lambda: running.said().count(back) > 1, "it is back", running.said)
    answer = running.openai().chat.completions.create(model="demo", messages=MESSAGES)
    assert answer.choices[0].message.content == "Hello, world!"


def test_the_folder_is_followed(running: Standalone) -> None:
    extra = running.folder / "m" / "extra.yaml"
    extra.write_text(as_yaml(agent("extra"), agent("bad", limits={"seconds": 0})))
    running.wait_ready("extra")
    assert "✗ m/extra.yaml: document 2 (Agent/bad): spec.limits.seconds: " in running.said()
    before = running.workers()
    extra.write_text(as_yaml(agent("extra", instructions="Be brief.")))
    wait_for(lambda: len(set(running.workers()) - set(before)) == 1, "a new worker starts")
    extra.unlink()
    wait_for(lambda: len(running.workers()) == 1, "only demo is left", running.said)
    assert "− default/extra is gone" in running.said()
    assert running.run("get", "agent", "extra").returncode == 1


def test_a_changed_secret_rolls_the_worker(running: Standalone, provider: Provider) -> None:
    credentials = {"name": "keys", "key": "apiKey"}
    running.apply(
        secret("keys", apiKey="first"),
        model("keyed-model", url=provider.url, credentials=credentials),
        agent("keyed", model="keyed-model"),
    )
    running.wait_ready("keyed")
    running.run("chat", "keyed", "hi")
    assert provider.requests()[-1]["headers"]["authorization"] == "Bearer first"
    running.apply(secret("keys", apiKey="second"))

    def rolled() -> bool:
        running.run("chat", "keyed", "hi")
        return bool(provider.requests()[-1]["headers"]["authorization"] == "Bearer second")

    wait_for(rolled, "the new key is used")
    running.run("delete", "agent", "keyed")
    wait_for(lambda: len(running.workers()) == 1, "only demo is left")


def test_stopping_and_starting_again(standalone: Standalone, provider: Provider) -> None:
    standalone.start()
    assert "No agent yet" in standalone.said()
    standalone.apply(agent())
    missing = ("False", "ModelNotFound")
    wait_for(lambda: standalone.condition("demo") == missing, "it is told", standalone.said)
    standalone.apply(model(url=provider.url))
    standalone.wait_ready("demo")
    stopped_by_one_ctrl_c(standalone, provider)
    key = standalone.key
    standalone.start()
    standalone.wait_ready("demo")
    assert standalone.key == key, "what was applied is back, under the same key"
    stopped_by_two_ctrl_c(standalone, provider)


def begun_chat(standalone: Standalone, provider: Provider, words: int) -> Any:
    provider.script(pieces=["word "] * words, piece_delay=0.1)
    client = standalone.openai(max_retries=0)
    stream = client.chat.completions.create(model="demo", messages=MESSAGES, stream=True)
    next(iter(stream))
    return stream


def stopped_by_one_ctrl_c(standalone: Standalone, provider: Provider) -> None:
    stream = begun_chat(standalone, provider, 20)
    assert standalone.process is not None
    standalone.process.send_signal(signal.SIGINT)
    assert streamed(stream).count("word") >= 19, "a running chat may finish"
    assert standalone.process.wait(60) == 0
    assert standalone.said().rstrip().endswith("Stopped.")
    assert not standalone.orphans()
    assert not (standalone.home / "gateway.json").exists()


def stopped_by_two_ctrl_c(standalone: Standalone, provider: Provider) -> None:
    stream = begun_chat(standalone, provider, 400)
    began = time.monotonic()
    assert standalone.stop(signal.SIGINT, signal.SIGINT) == 130
    assert time.monotonic() - began < 30, "the chat would have gone on for forty seconds"
    wait_for(lambda: not standalone.orphans(), "no process is left")
    stream.close()


def test_nothing_survives_a_killed_parent(standalone: Standalone, provider: Provider) -> None:
    standalone.start()
    standalone.apply(model(url=provider.url), agent(replicas=2))
    wait_for(lambda: len(standalone.workers()) == 2, "two workers run")
    standalone.wait_ready("demo")
    stream = begun_chat(standalone, provider, 400)
    workers = standalone.workers()
    assert standalone.process is not None
    standalone.process.kill()
    standalone.process.wait()
    wait_for(lambda: not any(each.is_running() for each in workers), "no orphan")
    stream.close()
    assert "none" in standalone.run("version").stdout


def refusal(standalone: Standalone, *arguments: str) -> str:
    done = standalone.run("up", *arguments)
    assert done.returncode == 1, done.stdout
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def test_a_taken_port_is_told_in_one_line(standalone: Standalone) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} on 127.0.0.1 is taken" in refusal(standalone, "--port", str(port))
        assert not (standalone.home / "gateway.json").exists()


def test_an_unusable_home_is_told_in_one_line(standalone: Standalone) -> None:
    (standalone.folder / "file").write_text("in the way")
    for home in ("file", "/proc/quarterdeck"):
        standalone.environment["QUARTERDECK_HOME"] = home
        assert f"cannot write to {home}: " in refusal(standalone, "--port", "0")


def test_other_mistakes_are_told_in_one_line(standalone: Standalone) -> None:
    assert "no manifests folder nowhere" in refusal(standalone, "--manifests", "nowhere")
    assert "not an address of this machine" in refusal(standalone, "--host", "no.such.host.invalid")
    (standalone.home / "admin.key").write_text("short")
    assert "holds no admin key" in refusal(standalone, "--port", "0")
    standalone.environment["QUARTERDECK_MAX_BODY_BYTES"] = "many"
    (standalone.home / "admin.key").unlink()
    assert "QUARTERDECK_MAX_BODY_BYTES" in refusal(standalone, "--port", "0")


@pytest.mark.model
def test_the_demo_model_answers_without_key_and_network(standalone: Standalone) -> None:
    demo = model(url="")
    demo["spec"] = {"provider": "local", "model": "smollm2-135m-instruct"}
    manifests = standalone.folder / "m"
    manifests.mkdir()
    (manifests / "demo.yaml").write_text(as_yaml(demo, agent()))
    standalone.start("--manifests", "m")
    standalone.wait_ready("demo")
    answer = standalone.run("chat", "demo", "Say hello.")
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.split()) >= 1
    assert standalone.process is not None
    resident = psutil.Process(standalone.process.pid).memory_info().rss
    assert resident < 250 * 2**20
