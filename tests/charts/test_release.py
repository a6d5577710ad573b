"""What a tag sets off: nothing leaves before all tests passed, and what leaves finds its images."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from support.charts import ROOT, Manifest, containers, pods, render

WORKFLOWS: Final = ROOT / ".github" / "workflows"
PLANES: Final = {"operator", "gateway", "worker", "ui"}
HOME: Final = "ghcr.io/acme"
MIRROR: Final = "registry.example.com/mirror"


def _workflow(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text())
    return found


def _before(jobs: Manifest, name: str) -> set[str]:
    """All jobs that must have passed before that one begins."""
    needs = jobs[name].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*(_before(jobs, each) for each in direct))


@pytest.mark.parametrize("job", ["images", "charts", "publish"])
def test_nothing_is_released_before_all_tests_passed(job: str) -> None:
    jobs = _workflow("release.yml")["jobs"]
    called = {jobs[name].get("uses") for name in _before(jobs, job)}
    for tests in ("ci.yml", "e2e.yml"):
        assert f"./.github/workflows/{tests}" in called
        # PyYAML reads the word `on` as a truth value.
        assert "workflow_call" in _workflow(tests)[True]


def test_whoever_may_write_to_the_registry_waits_for_the_tests() -> None:
    jobs = _workflow("release.yml")["jobs"]
    writing = {
        name for name, job in jobs.items() if "write" in (job.get("permissions") or {}).values()
    }
    assert writing == {"images", "charts", "publish"}


def test_a_release_holds_no_leftovers_of_the_tests() -> None:
    steps = _workflow("release.yml")["jobs"]["publish"]["steps"]
    taken = [s["with"].get("name") for s in steps if "download-artifact" in s.get("uses", "")]
    assert sorted(taken) == ["charts", "package"]


def test_the_least_kubernetes_that_is_promised_is_tested() -> None:
    matrix = _workflow("e2e.yml")["jobs"]["cluster"]["strategy"]["matrix"]["include"]
    tested = min(tuple(map(int, entry["kubernetes"].split("."))) for entry in matrix)
    for chart in ("quarterdeck", "quarterdeck-crds"):
        promised = yaml.safe_load((ROOT / "charts" / chart / "Chart.yaml").read_text())
        assert promised["kubeVersion"] == f">={tested[0]}.{tested[1]}.0-0"
    for entry in matrix:
        assert entry["image"].startswith(f"kindest/node:v{entry['kubernetes']}.")
    assert f"Kubernetes {tested[0]}.{tested[1]} or newer" in (ROOT / "README.md").read_text()


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The folder of charts as a release of ``acme`` packs them."""
    steps = _workflow("release.yml")["jobs"]["charts"]["steps"]
    (script,) = [s["run"] for s in steps if s.get("name") == "Push to the registry"]
    (change,) = re.findall(r"^sed .*$", script, re.MULTILINE)
    shutil.copytree(ROOT / "charts", tmp_path / "charts")
    environment = {"OWNER": "acme", "PATH": "/usr/bin:/bin"}
    subprocess.run(["sh", "-ec", change], cwd=tmp_path, env=environment, check=True)
    return tmp_path / "charts"


def test_a_released_chart_takes_the_images_of_its_release(released: Path) -> None:
    found = _images(render("quarterdeck", folder=released))
    ours = {image for image in found if "quarterdeck/" in image}
    assert ours == {f"{HOME}/quarterdeck/{plane}:{_version()}" for plane in PLANES}
    assert {image.partition(":")[0] for image in found - ours} == {
        "redis",
        "postgres",
        "prom/prometheus",
    }


def test_a_mirror_takes_the_place_of_the_releases_registry(released: Path) -> None:
    values = {"global": {"imageRegistry": MIRROR}}
    found = _images(render("quarterdeck", values, folder=released))
    assert found >= {f"{MIRROR}/quarterdeck/{plane}:{_version()}" for plane in PLANES}
    assert not [image for image in found if "ghcr.io" in image]
    assert all(image.startswith(f"{MIRROR}/") for image in found)


def _images(objects: list[Manifest]) -> set[str]:
    found = [part for _, pod in pods(tuple(objects)) for part in containers(pod)]
    workers = {
        each["value"]
        for part in found
        for each in part.get("env", ())
        if each["name"] == "QUARTERDECK_WORKER_IMAGE"
    }
    return {part["image"] for part in found} | workers


def _version() -> str:
    chart = yaml.safe_load((ROOT / "charts/quarterdeck/Chart.yaml").read_text())
    return str(chart["appVersion"])
