"""Settings from the environment, and words for wrong ones."""

import pytest
from pydantic import ValidationError

from quarterdeck_operator.settings import Settings


def test_defaults_serve_every_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUARTERDECK_WATCH_NAMESPACES", raising=False)
    settings = Settings()
    assert settings.watch_namespaces == ()
    assert settings.worker_image.startswith("quarterdeck/worker:")
    assert settings.build_options("home").gateway_namespace == "home"


def test_namespaces_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTERDECK_WATCH_NAMESPACES", "red, blue,")
    monkeypatch.setenv("QUARTERDECK_GATEWAY_NAMESPACE", "gate")
    settings = Settings()
    assert settings.watch_namespaces == ("red", "blue")
    assert settings.build_options("home").gateway_namespace == "gate"


@pytest.mark.parametrize(
    ("name", "value"),
    [("RECONCILE_WORKERS", "0"), ("IMAGE_PULL_POLICY", "Sometimes"), ("OPERATOR_PORT", "http")],
)
def test_wrong_values_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"QUARTERDECK_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()
