"""Stores, identity providers and collectors whose certificates come from an authority of one's own:
whoever opens a connection finds its certificate."""

import pytest

from support.charts import MATRIX, Manifest, containers, pods, rendered

CASE = "own-authority"
GIVEN = MATRIX[CASE]["gateway"]


def _started() -> dict[str, tuple[Manifest, Manifest]]:
    """Pod and container of everything that opens the database, by the container's name."""
    return {
        container["name"]: (pod, container)
        for _, pod in pods(rendered(CASE))
        for container in containers(pod)
        if any(each["name"] == "QUARTERDECK_DATABASE_URL" for each in container.get("env", ()))
    }


def test_the_database_is_opened_by_three() -> None:
    assert _started().keys() == {"gateway", "schema", "migrate"}


@pytest.mark.parametrize("name", ["gateway", "schema", "migrate"])
def test_whoever_opens_the_database_has_the_certificate(name: str) -> None:
    pod, container = _started()[name]
    assert GIVEN["extraEnv"][0] in container["env"]
    assert GIVEN["extraVolumeMounts"][0] in container["volumeMounts"]
    assert GIVEN["extraVolumes"][0] in pod["spec"]["volumes"]


def test_nobody_else_gets_it() -> None:
    having = {
        container["name"]
        for _, pod in pods(rendered(CASE))
        for container in containers(pod)
        if GIVEN["extraVolumeMounts"][0] in container["volumeMounts"]
    }
    assert having == _started().keys()
