import shlex
from pathlib import Path

from quarterdeck_local.invitation import curl, first_choice
from support import samples

WITH_KEY = samples.agent(model="gpt") | {"metadata": {"name": "a", "namespace": "default"}}
GPT = samples.model(provider="openai", model="gpt-5-mini", credentials={"name": "openai"}) | {
    "metadata": {"name": "gpt", "namespace": "default"}
}


def test_an_agent_that_needs_nothing_from_outside_goes_first() -> None:
    assert first_choice([WITH_KEY, samples.AGENT], [GPT, samples.MODEL]) == "default/demo"
    assert first_choice([WITH_KEY], [GPT, samples.MODEL]) is None


def test_the_curl_survives_copy_and_paste() -> None:
    words = shlex.split("\n".join(curl("http://127.0.0.1:8000", Path(".quarterdeck"), "demo")))
    assert words[:3] == ["curl", "-N", "http://127.0.0.1:8000/v1/chat/completions"]
    assert '"model": "demo", "stream": true' in words[-1]
