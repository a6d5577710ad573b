"""No gateway without a key's hash, and one clear line for everything that is wrong."""

import pytest
from pydantic import SecretStr, ValidationError

from quarterdeck_gateway.settings import Settings, explain

HASH = "ab" * 32
REQUIRED = {
    "KEY_PEPPER": "p" * 32,
    "REDIS_URL": "redis://127.0.0.1:1",
    "DATABASE_URL": "sqlite:///unused",
}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QUARTERDECK_{name.upper()}", raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(f"QUARTERDECK_{name}", value)


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(f"QUARTERDECK_{name}", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    return explain(refused.value)


@pytest.mark.parametrize("value", ["", "short", "x" * 64, f"{HASH}00", "qd_a-real-key"])
def test_no_start_without_a_hash(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    said = refusal(monkeypatch, ADMIN_KEY_HASH=value)
    assert said.startswith("QUARTERDECK_ADMIN_KEY_HASH: must be the SHA-256 of the admin key")
    assert "\n" not in said
    assert not value or value not in said


def test_every_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, ADMIN_KEY_HASH=HASH, PORT="high", MAX_BODY_BYTES="1")
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "QUARTERDECK_PORT",
        "QUARTERDECK_MAX_BODY_BYTES",
    ]


@pytest.mark.parametrize("name", REQUIRED)
def test_no_start_without_what_is_required(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    said = refusal(monkeypatch, ADMIN_KEY_HASH=HASH, **{name: ""})
    assert said.startswith(f"QUARTERDECK_{name}: must ")
    assert "\n" not in said


def test_values_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTERDECK_ADMIN_KEY_HASH", f" {HASH.upper()} ")
    monkeypatch.setenv("QUARTERDECK_WATCH_NAMESPACES", "a, b,,")
    monkeypatch.setenv("QUARTERDECK_PORT", "")
    settings = Settings()
    assert settings.admin_key_hash == HASH
    assert settings.watch_namespaces == ("a", "b")
    assert settings.port == 8000


def test_the_hash_is_not_shown() -> None:
    assert HASH not in repr(Settings(admin_key_hash=HASH))


def test_the_address_of_a_webhook_is_not_shown() -> None:
    settings = Settings(
        admin_key_hash=HASH,
        alert_webhook_url="https://hooks.example.com/T0/very-secret",
        alert_webhook_secret=SecretStr("s" * 32),
    )
    assert "very-secret" not in repr(settings) + str(settings)
