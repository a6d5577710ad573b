"""Story: a worker may be an image of an editor's own, so Prometheus hears only of that worker."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import yaml
from aiohttp import web

from quarterdeck_contract.names import LABEL_METRICS
from support.charts import Manifest, of_kind, rendered
from support.ports import free_port

HONEST: Final = "quarterdeck_worker_ready 1\nprocess_start_time_seconds 5\n"
FORGED: Final = """\
quarterdeck_worker_requests_total{namespace="other",agent="theirs",outcome="completed"} 9
quarterdeck_gateway_requests_total{namespace="other"} 1e9
leader_election_master_status{job="quarterdeck-operator"} 0
up{job="quarterdeck-gateway"} 0
quarterdeck_worker_inflight_requests 7 1000
"""
FLOOD: Final = "".join(f'quarterdeck_worker_tokens_total{{model="{n}"}} 1\n' for n in range(3000))
PATIENCE: Final = 90.0


def _configuration() -> Manifest:
    (found,) = [
        item
        for item in of_kind(rendered("defaults"), "ConfigMap")
        if item["metadata"]["name"] == "quarterdeck-prometheus"
    ]
    parsed: Manifest = yaml.safe_load(found["data"]["prometheus.yml"])
    return parsed


def test_prometheus_takes_the_configuration(tmp_path: Path) -> None:
    configuration = _configuration() | {"rule_files": []}
    for job in configuration["scrape_configs"]:
        for part in (job, *job.get("http_sd_configs", ())):
            part.pop("authorization", None)
    path = tmp_path / "prometheus.yml"
    path.write_text(yaml.safe_dump(configuration))
    done = subprocess.run(
        ["promtool", "check", "config", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def test_a_worker_speaks_of_itself_alone(tmp_path: Path) -> None:
    async with _scraped(tmp_path, liar=HONEST + FORGED, flood=FLOOD) as prometheus:
        up = await _eventually(prometheus, "(count(up) == 2) and (sum(up) == 1)")
        assert up
        series = await _query(prometheus, '{agent="liar"}')
        names = {one["metric"]["__name__"] for one in series}
        assert names >= {"quarterdeck_worker_ready", "quarterdeck_worker_inflight_requests"}
        assert not names & {"quarterdeck_gateway_requests_total", "leader_election_master_status"}
        assert {one["metric"]["namespace"] for one in series} == {"red"}
        assert {one["metric"]["job"] for one in series} == {"quarterdeck-worker"}
        assert await _query(prometheus, '{namespace="other"}') == []
        assert await _query(prometheus, '{__name__=~".+",job!="quarterdeck-worker"}') == []
        assert await _query(prometheus, "quarterdeck_worker_tokens_total") == []


def test_prometheus_operator_is_told_the_same() -> None:
    (own,) = [j for j in _configuration()["scrape_configs"] if j["job_name"].endswith("-worker")]
    (monitor,) = [
        item["spec"]
        for item in of_kind(rendered("everything-on"), "PodMonitor")
        if item["metadata"]["name"] == "quarterdeck-worker"
    ]
    selected = monitor["selector"]["matchLabels"]
    assert selected[LABEL_METRICS] == "true", "an image of somebody's own may have no metrics"
    (endpoint,) = monitor["podMetricsEndpoints"]
    for ours, theirs in (
        ("body_size_limit", "bodySizeLimit"),
        ("sample_limit", "sampleLimit"),
        ("label_limit", "labelLimit"),
        ("label_name_length_limit", "labelNameLengthLimit"),
        ("label_value_length_limit", "labelValueLengthLimit"),
    ):
        assert own[ours] == monitor[theirs]
    assert own["honor_labels"] is endpoint["honorLabels"] is False
    assert own["honor_timestamps"] is endpoint["honorTimestamps"] is False
    (kept,), (kept_too,) = own["metric_relabel_configs"], endpoint["metricRelabelings"]
    assert kept["action"] == kept_too["action"] == "keep"
    assert kept["regex"] == kept_too["regex"]


@asynccontextmanager
async def _scraped(folder: Path, **workers: str) -> AsyncIterator[str]:
    """A Prometheus with the chart's job for workers, which reads these texts of agents."""
    runner = web.AppRunner(_world(workers))
    await runner.setup()
    port, own = free_port(), free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    (job,) = [j for j in _configuration()["scrape_configs"] if j["job_name"].endswith("-worker")]
    job |= {"http_sd_configs": [{"url": f"http://127.0.0.1:{port}/targets"}]}
    job |= {"scrape_interval": "2s", "scrape_timeout": "2s"}
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump({"scrape_configs": [job]}))
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{own}",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{own}"
    finally:
        process.terminate()
        await process.wait()
        await runner.cleanup()


def _world(workers: dict[str, str]) -> web.Application:
    async def targets(request: web.Request) -> web.Response:
        return web.json_response(
            [
                {
                    "targets": [request.host],
                    "labels": {
                        "namespace": "red",
                        "agent": name,
                        "__metrics_path__": f"/{name}",
                    },
                }
                for name in workers
            ]
        )

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(text=workers[request.match_info["name"]])

    app = web.Application()
    app.router.add_get("/targets", targets)
    app.router.add_get("/{name}", metrics)
    return app


async def _eventually(prometheus: str, expression: str) -> list[Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if found := await _query(prometheus, expression):
                    return found
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)


async def _query(prometheus: str, expression: str) -> list[Any]:
    async with (
        aiohttp.ClientSession(prometheus) as session,
        session.get("/api/v1/query", params={"query": expression}) as answer,
    ):
        said = await answer.json()
    assert said["status"] == "success", said
    return list(said["data"]["result"])
