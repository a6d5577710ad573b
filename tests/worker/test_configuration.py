"""A worker that cannot start says in one line what a person must do, and exits with 2."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from quarterdeck_contract.names import ENV_WORKER_CONFIG, model_key_env
from quarterdeck_worker.configuration import load_config, with_keys
from quarterdeck_worker.main import EXIT_CONFIG, main

MODEL = {"name": "m", "provider": "openai", "model": "gpt", "apiKeyEnv": model_key_env(0)}
VALID: dict[str, Any] = {"namespace": "default", "agent": "a", "models": [MODEL]}


def write(directory: Path, document: object) -> Path:
    path = directory / "worker.json"
    path.write_bytes(orjson.dumps(document))
    return path


def test_keys_come_from_the_named_variables(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, VALID))

    (model,) = with_keys(config, {model_key_env(0): "sk-1\n"})

    assert model.key is not None
    assert model.key.get_secret_value() == "sk-1"
    assert "sk-1" not in repr(model)


def test_alternates_come_after_the_models(tmp_path: Path) -> None:
    cheap = MODEL | {"name": "cheap", "apiKeyEnv": model_key_env(1)}
    config = load_config(write(tmp_path, VALID | {"alternates": [cheap]}))

    first, second = with_keys(config, {model_key_env(0): "sk-1", model_key_env(1): "sk-2"})

    assert (first.endpoint.name, second.endpoint.name) == ("m", "cheap")
    assert second.key is not None
    assert second.key.get_secret_value() == "sk-2"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (VALID | {"version": 2}, "version 2, this worker understands 1"),
        ([], "version None"),
        (VALID | {"models": []}, "names no model"),
        (VALID | {"limits": {"seconds": 0}}, "limits.seconds"),
        (VALID | {"surprise": 1}, "surprise"),
        (VALID, f"set the environment variable {model_key_env(0)}"),
    ],
)
def test_wrong_configuration(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    document: object,
    said: str,
) -> None:
    monkeypatch.setenv(ENV_WORKER_CONFIG, str(write(tmp_path, document)))

    assert main() == EXIT_CONFIG
    assert_one_line(capsys.readouterr().err, said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (ENV_WORKER_CONFIG, "/nowhere/worker.json", "/nowhere/worker.json: No such file"),
        ("QUARTERDECK_PORT", "http", "QUARTERDECK_PORT"),
    ],
)
def test_wrong_environment(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)

    assert main() == EXIT_CONFIG
    assert_one_line(capsys.readouterr().err, said)


def test_not_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "worker.json"
    path.write_text("{")
    monkeypatch.setenv(ENV_WORKER_CONFIG, str(path))

    assert main() == EXIT_CONFIG
    assert_one_line(capsys.readouterr().err, "is not JSON")


def assert_one_line(printed: str, said: str) -> None:
    assert printed.startswith("quarterdeck-worker: ")
    assert printed.count("\n") == 1
    assert said in printed
