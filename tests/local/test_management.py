"""The management API of a real ``quarterdeck up``: what the web UI does with agents and models."""

from typing import Any

import httpx

from support.provider_process import Provider
from support.standalone import Standalone, agent, as_yaml, model, wait_for

ONE = "/agents/default/made"


class Api:
    """The management API as the admin."""

    def __init__(self, laptop: Standalone) -> None:
        self._laptop = laptop

    def call(self, method: str, path: str, status: int = 200, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self._laptop.key}"}
        url = f"{self._laptop.url}/api/v1{path}"
        answer = httpx.request(method, url, json=body, headers=headers, timeout=60)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else {}


def test_an_agent_made_by_the_api_lives_and_stays(
    standalone: Standalone, provider: Provider
) -> None:
    folder = standalone.folder / "m"
    folder.mkdir()
    (folder / "filed.yaml").write_text(as_yaml(agent("filed")))
    standalone.start("--manifests", "m")
    api = Api(standalone)
    api.call("PUT", "/models/default/demo-model", body=model(url=provider.url))
    made = api.call("PUT", ONE, body=agent("made"))
    assert made["manifest"]["metadata"]["namespace"] == "default"
    standalone.wait_ready("made", "filed")
    view = api.call("GET", ONE)
    assert (view["desired_replicas"], view["ready_replicas"]) == (1, 1)
    users = api.call("GET", "/models/default/demo-model")["used_by"]
    assert users == ["filed", "made"]
    everything_works(api)
    folder_has_the_last_word(api)
    chat(standalone)
    [series] = api.call("GET", "/metrics?agent=made")["series"]
    assert sum(point["requests"] for point in series["points"]) == 1
    assert max(point["p50_seconds"] or 0 for point in series["points"]) > 0
    suspended_and_told(api)
    standalone.stop()
    standalone.start("--manifests", "m")
    again = api.call("GET", ONE)
    assert again["suspended"] is True
    assert again["manifest"]["metadata"]["uid"] == made["manifest"]["metadata"]["uid"]
    api.call("DELETE", ONE, 204)
    wait_for(lambda: len(standalone.workers()) == 1, "only the filed agent has a worker")


def everything_works(api: Api) -> None:
    """So it is after a while, also where the machine was too busy for an answer in between."""
    components = (
        *("gateway", "limits-store", "database", "ledger-spool", "audit"),
        *("catalogue-watch", "operator"),
    )

    def said() -> dict[str, str]:
        return {c["name"]: c["status"] for c in api.call("GET", "/health")["components"]}

    wait_for(lambda: said() == dict.fromkeys(components, "ok"), "all is well", lambda: str(said()))


def folder_has_the_last_word(api: Api) -> None:
    """What stands in the folder is changed there, or with force until the folder changes."""
    changed = agent("filed", replicas=2)
    for method, body in (("PUT", changed), ("DELETE", None)):
        refused = api.call(method, "/agents/default/filed", 409, body)["error"]
        assert "filed.yaml" in refused["message"]
    forced = api.call("PUT", "/agents/default/filed?force=true", body=changed)
    assert forced["desired_replicas"] == 2


def chat(standalone: Standalone) -> None:
    message: Any = [{"role": "user", "content": "hi"}]
    answer = standalone.openai().chat.completions.create(model="made", messages=message)
    assert answer.choices[0].message.content


def suspended_and_told(api: Api) -> None:
    """Suspending is an Event of the agent, and no trouble."""
    api.call("PUT", ONE, body=agent("made", suspended=True))
    wait_for(lambda: "Suspended" in reasons(api), "the event is there")
    troubled = [each["name"] for each in api.call("GET", "/health")["conditions"]]
    assert "made" not in troubled


def reasons(api: Api) -> list[str]:
    return [each["reason"] for each in api.call("GET", f"{ONE}/events")["items"]]
