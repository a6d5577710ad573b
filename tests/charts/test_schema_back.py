"""Story: the command by which docs/operations.md takes a schema back makes a Job that may run."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.charts import Manifest, of_kind, rendered

PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text()
BY_THE_CLUSTER = (
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
)


def _migrations() -> Manifest:
    """The release's Job, as it is read back from a cluster."""
    (job,) = [
        found
        for found in of_kind(rendered("defaults"), "Job")
        if found["metadata"]["labels"]["app.kubernetes.io/component"] == "migrations"
    ]
    read: Manifest = json.loads(json.dumps(job))
    read["metadata"] |= {"uid": "u", "resourceVersion": "7"}
    read["spec"]["selector"] = {"matchLabels": dict.fromkeys(BY_THE_CLUSTER[2:3], "u")}
    read["spec"]["template"]["metadata"]["labels"] |= dict.fromkeys(BY_THE_CLUSTER, "u")
    return read


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_the_migrations_job_is_made_again_with_the_way_back() -> None:
    (program,) = re.findall(r"\$ jq '([^']+)' job\.json", PAGE)
    job = _migrations()
    done = subprocess.run(
        ["jq", program],
        input=json.dumps({"items": [job]}),
        capture_output=True,
        text=True,
        check=True,
    )
    made = json.loads(done.stdout)
    assert made["metadata"] == {"name": "schema-back"}
    assert made["spec"].keys() == {"backoffLimit", "template"}, "a selector would be refused"
    before, after = job["spec"]["template"], made["spec"]["template"]
    assert not after["metadata"]["labels"].keys() & set(BY_THE_CLUSTER)
    assert after["metadata"]["labels"].items() <= before["metadata"]["labels"].items()
    (was,), (container,) = before["spec"]["containers"], after["spec"]["containers"]
    way_back = ["python", "-m", "quarterdeck_gateway.database", "--revision", "0003"]
    assert container["command"] == way_back
    assert {**container, "command": was["command"]} == was
