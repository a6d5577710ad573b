"""What can be said of the Compose stack without a Docker engine: its files fit each other."""

import re
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.ui.headers import CONTENT_SECURITY_POLICY

ROOT = Path(__file__).parents[2]
NGINX = ROOT / "deploy" / "nginx"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_bounded_and_pinned(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert re.search(r":[\w.${}:-]*\d", service["image"]), "an image needs a version"


@pytest.mark.parametrize("name", SERVICES)
def test_every_file_that_is_mounted_exists(name: str) -> None:
    for mount in SERVICES[name].get("volumes", ()):
        source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", mount).split(":")[0]
        if source.startswith("."):
            assert (ROOT / source).exists(), mount
        else:
            assert source in COMPOSE["volumes"], mount


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_written_to_memory_is_bounded(name: str) -> None:
    for mount in SERVICES[name].get("tmpfs", ()):
        assert "size=" in mount, mount


def test_the_gateway_believes_nginx_alone() -> None:
    believed = SERVICES["gateway"]["environment"]["QUARTERDECK_TRUSTED_PROXIES"]
    assert believed == SERVICES["ui"]["networks"]["front"]["ipv4_address"]
    (addresses,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    found = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", f"{believed} {addresses['subnet']}").split()
    ours, whole = ip_address(found[0]), ip_network(found[1])
    others = ip_network(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", addresses["ip_range"]))
    assert ours in whole
    assert ours not in others
    assert others.subnet_of(whole)  # type: ignore[arg-type]


def test_prometheus_gets_one_key_and_takes_no_orders() -> None:
    prometheus = SERVICES["prometheus"]
    assert not any("issued-keys" in mount or "gateway:" in mount for mount in prometheus["volumes"])
    assert "--web.enable-lifecycle" not in prometheus["command"]
    assert SERVICES["monitoring-key"]["network_mode"] == "none"


def test_the_file_holds_no_password() -> None:
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if "PASSWORD" in name or "URL" in name:
                assert re.search(r"\$\{QUARTERDECK_\w+_PASSWORD:\?", value), name


def test_redis_refuses_writes_before_its_container_is_killed(tmp_path: Path) -> None:
    redis = SERVICES["redis"]
    *shell, script = redis["command"]
    (tmp_path / "redis-server").write_text("#!/bin/sh\ncat\n")
    (tmp_path / "redis-server").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "REDISCLI_AUTH": "secret"}
    command = [*shell, script.replace("$$", "$")]
    written = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    settings = dict(line.split(" ", 1) for line in written.stdout.splitlines())
    assert settings["maxmemory-policy"] == "noeviction"
    limit = redis["deploy"]["resources"]["limits"]["memory"]
    # A rewrite of its file copies what changes meanwhile, and clients have buffers.
    assert int(settings["maxmemory"].removesuffix("mb")) <= 0.7 * int(limit.removesuffix("m"))


def test_rules_that_prometheus_loads_exist() -> None:
    settings = yaml.safe_load((ROOT / "deploy" / "compose" / "prometheus.yml").read_text())
    for path in settings["rule_files"]:
        assert (ROOT / "charts/quarterdeck/files/rules" / Path(path).name).exists(), path


def test_the_demo_agent_is_the_sample() -> None:
    sample = (ROOT / "manifests" / "samples" / "demo.yaml").read_text()
    assert (ROOT / "deploy" / "compose" / "manifests" / "demo.yaml").read_text() == sample


def test_nginx_the_gateway_and_the_preview_send_one_policy() -> None:
    assert f'"{CONTENT_SECURITY_POLICY}"' in (NGINX / "headers.conf").read_text()
    preview = (ROOT / "frontend" / "build" / "security-headers.ts").read_text()
    assert re.findall(r'^  "(.*)",$', preview, re.MULTILINE) == CONTENT_SECURITY_POLICY.split("; ")


def test_nginx_and_gateway_take_bodies_of_one_length() -> None:
    longest = Settings.model_fields["max_body_bytes"].default
    assert f"QUARTERDECK_MAX_BODY_BYTES:-{longest}}}" in (NGINX / "entrypoint.sh").read_text()


def test_nginx_waits_longer_than_the_gateway() -> None:
    entrypoint = (NGINX / "entrypoint.sh").read_text()
    found = re.search(r"QUARTERDECK_PROXY_TIMEOUT_SECONDS:-(\d+)}", entrypoint)
    assert found is not None
    assert int(found[1]) > Settings.model_fields["first_byte_timeout_seconds"].default


def test_nginx_logs_no_headers_and_no_query() -> None:
    template = (NGINX / "nginx.conf.template").read_text()
    (log_format,) = re.findall(r"log_format json.*?;", template, flags=re.DOTALL)
    assert set(re.findall(r"\$\w+", log_format)) == {
        "$time_iso8601",
        "$request_name",
        "$remote_addr",
        "$request_method",
        "$uri",
        "$status",
        "$body_bytes_sent",
        "$request_time",
        "$upstream_response_time",
    }
