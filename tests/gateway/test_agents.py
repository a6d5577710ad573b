"""The agents as people and their tools see them."""

from support.running_gateway import READY, Gateway, agent


async def test_one_agent_with_its_status(demo: Gateway) -> None:
    async with demo.http.get(f"{demo.url}/api/v1/agents/default/demo") as response:
        view = await response.json()
    worker = view.pop("replicas")
    assert [set(replica) for replica in worker] == [{"id", "url"}]
    assert view == {
        "namespace": "default",
        "name": "demo",
        "model": "demo",
        "description": "the agent demo",
        "suspended": False,
        "ready": True,
        "reason": "WorkersReady",
        "message": "",
        "desired_replicas": 1,
        "ready_replicas": 1,
        "created_at": "2026-01-01T00:00:00Z",
        "spec": {"instructions": "Be brief.", "model": "demo"},
        "conditions": [READY],
        "manifest": agent("demo", "http://somewhere").manifest,
    }
    assert "worker-secret" not in await response.text()


async def test_the_list_and_its_filter(demo: Gateway) -> None:
    demo.registry.put(agent("late", namespace="team", manifest={"metadata": {}, "spec": None}))
    async with demo.http.get(f"{demo.url}/api/v1/agents") as response:
        listed = await response.json()
    assert [(item["model"], item["ready"]) for item in listed["items"]] == [
        ("demo", True),
        ("team/late", False),
    ]
    async with demo.http.get(f"{demo.url}/api/v1/agents?namespace=team") as response:
        assert [item["name"] for item in (await response.json())["items"]] == ["late"]


async def test_an_unknown_agent(gateway: Gateway) -> None:
    async with gateway.http.get(f"{gateway.url}/api/v1/agents/team/nobody") as response:
        error = (await response.json())["error"]
    assert (response.status, error["code"]) == (404, "model_not_found")
    assert "'nobody' in the namespace 'team'" in error["message"]
