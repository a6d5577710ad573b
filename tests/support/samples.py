"""Good manifests that every judge must agree on: our own validation and the real API server."""

from copy import deepcopy
from typing import Any

Manifest = dict[str, Any]


AGENT: Manifest = {
    "apiVersion": "quarterdeck.dev/v1alpha1",
    "kind": "Agent",
    "metadata": {"name": "demo", "namespace": "default"},
    "spec": {"model": "demo-model", "instructions": "Answer in one sentence."},
}


MODEL: Manifest = {
    "apiVersion": "quarterdeck.dev/v1alpha1",
    "kind": "Model",
    "metadata": {"name": "demo-model", "namespace": "default"},
    "spec": {"provider": "local", "model": "smollm2-135m-instruct"},
}


API_KEY: Manifest = {
    "apiVersion": "quarterdeck.dev/v1alpha1",
    "kind": "ApiKey",
    "metadata": {"name": "ci", "namespace": "default"},
    "spec": {"owner": "ci@example.com"},
}


BUDGET: Manifest = {
    "apiVersion": "quarterdeck.dev/v1alpha1",
    "kind": "Budget",
    "metadata": {"name": "monthly", "namespace": "default"},
    "spec": {"scope": {"kind": "Namespace"}, "amountUSD": 50},
}


def agent(**spec: Any) -> Manifest:
    """The good Agent with fields of its spec replaced; None removes one."""
    return _changed(AGENT, spec)


def model(**spec: Any) -> Manifest:
    """The good Model with fields of its spec replaced; None removes one."""
    return _changed(MODEL, spec)


def api_key(**spec: Any) -> Manifest:
    """The good ApiKey with fields of its spec replaced; None removes one."""
    return _changed(API_KEY, spec)


def budget(**spec: Any) -> Manifest:
    """The good Budget with fields of its spec replaced; None removes one."""
    return _changed(BUDGET, spec)


def price(usd: float) -> Manifest:
    """A price in USD per million tokens: this for input, 1 for output."""
    return {"inputPerMillion": usd, "outputPerMillion": 1}


def _changed(base: Manifest, spec: dict[str, Any]) -> Manifest:
    manifest = deepcopy(base)
    manifest["spec"] |= spec
    manifest["spec"] = {key: value for key, value in manifest["spec"].items() if value is not None}
    return manifest


GOOD: tuple[Manifest, ...] = (
    agent(),
    agent(modelFallbacks=["other"], limits={"seconds": 5, "tokens": 100}, replicas=0),
    agent(instructions=None, instructionsFrom={"name": "prompts", "key": "demo.md"}),
    agent(scaling={"min": 1, "max": 1, "targetCPUPercent": 50}),
    agent(model=None, instructions=None, runtime={"endpoint": "https://agent.example/base"}),
    agent(model=None, instructions=None, runtime={"image": "acme/agent:1"}, suspended=True),
    agent(
        runtime={
            "resources": {"requests": {"cpu": 1, "memory": "64Mi"}, "limits": {"cpu": "1500m"}},
            "env": [
                {"name": "TZ", "value": "UTC"},
                {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "t"}}},
            ],
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        }
    ),
    model(),
    model(provider="openai", model="gpt-5-mini", credentials={"name": "openai"}),
    model(provider="openai-compatible", model="m", baseURL="http://llm:8000/v1"),
    model(provider="ollama", model="llama3.2", parameters={"temperature": 1, "topP": 0.5}),
    model(price=price(0.5) | {"cachedInputPerMillion": 0}),
    agent(instructions=None, runtime={"endpoint": "https://agent.example"}),
    agent(rateLimit={"requestsPerMinute": 60, "tokensPerMinute": 10_000, "concurrency": 4}),
    api_key(),
    api_key(
        role="admin",
        agents=["demo", "support-*"],
        namespaces=["team-?", "*"],
        rateLimit={"concurrency": 1},
        expiresAt="2027-01-31T00:00:00Z",
        revision=3,
        overlapSeconds=0,
        revoked=True,
    ),
    api_key(hash="0123456789abcdef" * 4),
    api_key(owner="Ann Ångström (équipe 日本) <ann@example.com>"),
    budget(),
    budget(
        scope={"kind": "Team", "name": "Research_2.x"},
        amountUSD=0.000001,
        period="week",
        timeZone="America/Argentina/Buenos_Aires",
        thresholds=[
            {"percent": 50, "action": "warn"},
            {"percent": 80, "action": "downgrade", "model": "small"},
            {"percent": 100, "action": "stop"},
        ],
        enforce=False,
        failOpen=True,
    ),
)
