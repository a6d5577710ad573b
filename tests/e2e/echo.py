"""An agent on the fake provider: ready in seconds, and what reached the provider can be read."""

from typing import Any, Final

import httpx
from openai import APIError, OpenAI
from openai.types.chat import ChatCompletion

from e2e.objects import Manifest
from e2e.pods import PROVIDER, PROVIDER_PORT

ROLL_SECONDS: Final = 120
"""Longest wait for workers to come or go."""
QUESTION: Final[Any] = [{"role": "user", "content": "Well?"}]


def echo_agent(name: str = "echo") -> list[Manifest]:
    """A Model on the fake provider and an Agent of that name; their Secret is ``provider_key``."""
    group = "quarterdeck.dev/v1alpha1"
    base_url = f"http://{PROVIDER}:{PROVIDER_PORT}/v1"
    model = {
        "provider": "openai-compatible",
        "model": "fake",
        "baseURL": base_url,
        "credentials": {"name": "provider-key", "key": "apiKey"},
    }
    return [
        {"apiVersion": group, "kind": "Model", "metadata": {"name": "fake"}, "spec": model},
        {
            "apiVersion": group,
            "kind": "Agent",
            "metadata": {"name": name},
            "spec": {"model": "fake", "instructions": "Answer.", "limits": {"seconds": 20}},
        },
    ]


def provider_key(value: str) -> Manifest:
    """The Secret with the key that the fake provider will see."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "provider-key"},
        "stringData": {"apiKey": value},
    }


def answer(client: OpenAI, model: str) -> ChatCompletion | None:
    """The answer to a chat; None while there is none.

    A worker that is ready may lose the first look-up of its provider, and the gateway hears of an
    agent in its own time: neither is what a story is about that only begins here.
    """
    try:
        said = client.chat.completions.create(model=model, messages=QUESTION)
    except APIError:
        return None
    return said if said.choices[0].message.content else None


def keys_used(provider: str) -> list[str]:
    """What the fake provider got as Authorization since it was last asked to forget."""
    asked = httpx.get(f"{provider}/fake/requests", timeout=60).json()
    return [
        next(value for name, value in request["headers"].items() if name.lower() == "authorization")
        for request in asked
    ]
