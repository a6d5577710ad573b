"""What we hand to people must be accepted as it stands."""

from pathlib import Path

import pytest
import yaml

from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.validation import parse

SAMPLES = sorted((Path(__file__).parents[2] / "manifests" / "samples").glob("*.yaml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_are_valid(path: Path) -> None:
    documents = list(yaml.safe_load_all(path.read_text()))
    ours = [document for document in documents if document["kind"] in KINDS]
    assert ours
    for document in ours:
        parse(document)


def test_there_is_a_sample_for_each_way_to_run_an_agent() -> None:
    assert {path.stem for path in SAMPLES} >= {"demo", "external", "ollama", "openai"}


def test_every_kind_has_a_sample() -> None:
    documents = (d for path in SAMPLES for d in yaml.safe_load_all(path.read_text()))
    assert {document["kind"] for document in documents} >= {*KINDS}
