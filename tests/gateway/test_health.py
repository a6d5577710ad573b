"""What kubelets ask without a key, and what Prometheus asks with one."""

import aiohttp

from support.running_gateway import KEY, Gateway


async def status(http: aiohttp.ClientSession, url: str) -> int:
    async with http.get(url, headers={"authorization": ""}) as response:
        return response.status


async def test_a_gateway_is_alive_also_when_it_is_not_ready(gateway: Gateway) -> None:
    assert await status(gateway.http, f"{gateway.url}/readyz") == 200
    gateway.registry.synced = False
    assert await status(gateway.http, f"{gateway.url}/healthz") == 200
    assert await status(gateway.http, f"{gateway.url}/readyz") == 503


async def test_a_gateway_that_drains_is_not_ready_but_answers(demo: Gateway) -> None:
    demo.services.drain.begin()
    assert await status(demo.http, f"{demo.url}/readyz") == 503
    async with demo.chat() as response:
        assert response.status == 200


async def test_metrics(demo: Gateway) -> None:
    async with demo.chat() as response:
        await response.read()
    async with demo.http.get(f"{demo.url}/metrics") as response:
        text = await response.text()
    assert response.headers["content-type"].startswith("text/plain")
    for name in (
        'requests_total{agent="demo",namespace="default",outcome="completed",status="200"} 1.0',
        'request_duration_seconds_count{agent="demo",namespace="default"} 1.0',
        'time_to_first_byte_seconds_count{agent="demo",namespace="default"} 1.0',
        'inflight_requests{agent="demo",namespace="default"} 0.0',
        'tokens_total{agent="demo",direction="output",namespace="default"} 3.0',
    ):
        assert f"quarterdeck_gateway_{name}" in text
    assert KEY not in text
    assert await status(demo.http, f"{demo.url}/metrics") == 401
