"""What the measured gateway has to obey: everything that may stand before a chat, at amounts that
never refuse one.

All three kinds of limits hold for the key, the agent and the namespace, and a Budget counts the
priced answers of the namespace.
"""

import secrets
from pathlib import Path
from typing import Any, Final

import orjson

from quarterdeck_contract.names import API_VERSION
from support.declared import api_key, budget, model

AGENT: Final = "bench"
_MODEL: Final = "bench-model"
PLENTY: Final = {
    "requestsPerMinute": 10_000_000,
    "tokensPerMinute": 2_000_000_000,
    "concurrency": 1_000_000,
}
NAMESPACE_LIMITS: Final = orjson.dumps({"*": PLENTY}).decode()


def new_key() -> str:
    """A key for one run."""
    return f"qd_{secrets.token_urlsafe(32)}"


def write_manifests(path: Path, upstream: str, key: str) -> Path:
    """An agent that runs at the URL ``upstream``, its Model, a Budget and the owner of ``key``."""
    path.write_bytes(
        orjson.dumps(
            [
                _agent(upstream),
                model(_MODEL, 1.0, 2.0, parameters={"maxTokens": 1024}),
                budget("bench", 100_000.0, period="month"),
                api_key("bench", key, team="bench", rateLimit=PLENTY),
            ]
        )
    )
    return path


def _agent(upstream: str) -> dict[str, Any]:
    spec = {
        "description": "Answers at once.",
        "instructions": "Answer in one sentence.",
        "model": _MODEL,
        "rateLimit": PLENTY,
        "runtime": {"endpoint": upstream},
    }
    metadata = {"name": AGENT, "namespace": "default", "uid": "uid-bench", "generation": 1}
    return {"apiVersion": API_VERSION, "kind": "Agent", "metadata": metadata, "spec": spec}
