"""Models, Budgets and ApiKeys as they are stored, with only what a test cares about spelled out."""

from typing import Any

from quarterdeck_contract.names import API_VERSION, key_hash

PEPPER = "a pepper for tests, of more than 32 bytes"


def _manifest(kind: str, name: str, namespace: str, spec: dict[str, Any], **metadata: Any) -> Any:
    named = {"name": name, "namespace": namespace, "uid": f"uid-{kind}-{namespace}-{name}"}
    times = {"creationTimestamp": "2026-01-01T00:00:00Z", "generation": 1}
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": named | times | metadata,
        "spec": spec,
    }


def model(
    name: str = "fake-model",
    input_price: float = 1.0,
    output_price: float = 2.0,
    *,
    namespace: str = "default",
    **spec: Any,
) -> Any:
    """A Model with a price in USD per million tokens."""
    given = {
        "provider": "openai-compatible",
        "model": name,
        "baseURL": "http://models.example.com/v1",
        "price": {"inputPerMillion": input_price, "outputPerMillion": output_price},
    }
    return _manifest("Model", name, namespace, given | spec)


def budget(
    name: str = "all",
    amount: float = 1.0,
    *,
    namespace: str = "default",
    scope: dict[str, Any] | None = None,
    **spec: Any,
) -> Any:
    """A Budget of a namespace, unless another scope is given."""
    given = {"scope": scope or {"kind": "Namespace"}, "amountUSD": amount, "period": "total"}
    return _manifest("Budget", name, namespace, given | spec)


def api_key(
    name: str, secret: str, *, namespace: str = "default", team: str = "", **spec: Any
) -> Any:
    """An ApiKey whose key is ``secret``."""
    given = {"owner": name, "hash": key_hash(PEPPER.encode(), secret)}
    labels = {"labels": {"quarterdeck.dev/team": team}} if team else {}
    return _manifest("ApiKey", name, namespace, given | spec, **labels)
