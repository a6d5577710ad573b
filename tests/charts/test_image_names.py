"""Whoever has the images elsewhere gets a chart that looks for them there."""

import shlex
import subprocess
from pathlib import Path

import yaml

from support.charts import ROOT, Manifest, containers, pods, render

PLANES = ("operator", "gateway", "worker", "ui")


def _images(objects: list[Manifest]) -> set[str]:
    """What the planes and the workers of these objects run."""
    found = [part for _, pod in pods(tuple(objects)) for part in containers(pod)]
    set_for_workers = {
        each["value"]
        for part in found
        for each in part.get("env", ())
        if each["name"] == "QUARTERDECK_WORKER_IMAGE"
    }
    return {part["image"] for part in found} | set_for_workers


def test_make_cluster_up_takes_the_images_that_make_images_named() -> None:
    prefix = "registry.example.com:5000/team"
    command = ["make", "--dry-run", "cluster-up", "YES=1", f"IMAGE_PREFIX={prefix}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("deploy/install.sh ")]
    found = _images(render("quarterdeck", _set_by(shlex.split(line))))
    assert {image for image in found if image.startswith(f"{prefix}/")} == {
        f"{prefix}/{plane}:{_version()}" for plane in PLANES
    }


KIND_UP = ("quarterdeck", "quarterdeck", "0.1.0", *PLANES)
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >>"$LOG"
[ "$1 $2" = "image inspect" ] && echo "sha256:$BUILD"
exit 0
"""


def _kind_images(folder: Path, build: str) -> list[str]:
    """The Helm options of a `make kind-up` whose images are those of that build."""
    folder.mkdir(exist_ok=True)
    for name in ("docker", "kind"):
        (folder / name).write_text(STAND_IN)
        (folder / name).chmod(0o755)
    variables = {"PATH": f"{folder}:/usr/bin:/bin", "LOG": str(folder / "log"), "BUILD": build}
    command = [str(ROOT / "deploy/kind-images.sh"), *KIND_UP]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    return shlex.split(done.stdout)


def test_images_that_are_built_again_are_other_images_to_the_cluster(tmp_path: Path) -> None:
    first, again, second = (
        _images(render("quarterdeck", _set_by(_kind_images(tmp_path / "bin", build))))
        for build in ("a" * 64, "a" * 64, "b" * 64)
    )
    assert first == again, "what did not change does not roll"
    assert {image.partition(":")[0] for image in first ^ second} == {
        f"quarterdeck/{plane}" for plane in PLANES
    }
    log = (tmp_path / "bin" / "log").read_text().splitlines()
    loaded = [set(line.split()) for line in log if line.startswith("kind load")]
    ours = [{image for image in found if "quarterdeck/" in image} for found in (first, second)]
    assert ours[0] <= loaded[0]
    assert ours[1] <= loaded[2]


def _set_by(options: list[str]) -> Manifest:
    """The values that Helm makes of these options."""
    values: Manifest = {}
    for given in (options[at + 1] for at, word in enumerate(options) if word == "--set"):
        path, _, value = given.partition("=")
        component, part, field = path.split(".")
        values |= {component: {part: {field: value}}}
    return values


def test_a_registry_is_named_once() -> None:
    mirror = {"imageRegistry": "registry.example.com/mirror/"}
    operator = {"image": {"registry": "ghcr.io/acme"}}
    assert "ghcr.io/acme/quarterdeck/operator:" in _joined(
        render("quarterdeck", {"operator": operator})
    )
    found = _joined(render("quarterdeck", {"operator": operator, "global": mirror}))
    assert "registry.example.com/mirror/quarterdeck/operator:" in found
    assert "ghcr.io" not in found


def test_a_repository_may_name_its_registry_itself() -> None:
    redis = {"image": {"repository": "registry.example.com:5000/team/redis"}}
    found = _images(render("quarterdeck", {"redis": redis}))
    assert "registry.example.com:5000/team/redis:7.0-bookworm" in found


def _joined(objects: list[Manifest]) -> str:
    return "\n".join(sorted(_images(objects)))


def _version() -> str:
    chart = yaml.safe_load((ROOT / "charts/quarterdeck/Chart.yaml").read_text())
    return str(chart["appVersion"])
