import pytest

from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.v1alpha1.schema import Schema
from quarterdeck_contract.validation import FieldError, InvalidManifest, check_update, parse
from support import bad_samples, samples


@pytest.mark.parametrize("bad", bad_samples.BAD, ids=lambda bad: bad.id)
def test_bad_manifests_name_the_field_and_what_to_do(bad: bad_samples.Bad) -> None:
    with pytest.raises(InvalidManifest) as refusal:
        parse(bad.manifest)
    assert [error.field for error in refusal.value.errors] == [bad.field]
    assert bad.words in str(refusal.value)


@pytest.mark.parametrize("manifest", samples.GOOD, ids=lambda m: str(m["spec"])[:60])
def test_good_manifests_pass_and_survive_a_round_trip(manifest: samples.Manifest) -> None:
    resource = parse(manifest)
    again = parse(manifest | {"spec": resource.spec.manifest()})
    assert again == resource


def test_every_rule_has_a_bad_sample() -> None:
    shown = {bad.rule for bad in bad_samples.BAD} | {bad.rule for bad in bad_samples.BAD_UPDATES}
    schemas = _schemas(Schema)
    messages = {rule.message for schema in schemas for rule in schema.rules}
    messages |= {rule.message for schema in schemas for rule in schema.transition_rules}
    assert messages <= shown


def _schemas(base: type[Schema]) -> list[type[Schema]]:
    return [base, *(below for child in base.__subclasses__() for below in _schemas(child))]


def test_defaults_are_filled_in() -> None:
    spec = parse(samples.agent(limits={"tokens": 7})).spec.manifest()
    assert spec["limits"] == {"iterations": 10, "tokens": 7, "seconds": 300}
    assert spec["suspended"] is False


def test_all_errors_are_reported_at_once() -> None:
    with pytest.raises(InvalidManifest) as refusal:
        parse(samples.agent(replicas=-1, limits={"seconds": 0}, extra=1))
    assert [error.field for error in refusal.value.errors] == [
        "spec.limits.seconds",
        "spec.replicas",
        "spec.extra",
    ]


@pytest.mark.parametrize("bad", bad_samples.BAD_UPDATES, ids=lambda bad: bad.id)
def test_bad_updates_name_the_field_and_what_to_do(bad: bad_samples.BadUpdate) -> None:
    check_update(parse(bad.old), parse(bad.old))
    with pytest.raises(InvalidManifest) as refusal:
        check_update(parse(bad.old), parse(bad.new))
    assert refusal.value.errors == [FieldError(bad.field, f"Invalid value: {bad.rule}")]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "kind: Unsupported value: null: supported values: " + ", ".join(KINDS)),
        ({"kind": "Agent"}, "apiVersion: Unsupported value: null"),
        (samples.AGENT | {"metadata": {}}, "metadata.name: Required value"),
        ({k: v for k, v in samples.AGENT.items() if k != "spec"}, "spec: Required value"),
        (samples.AGENT | {"spec": None}, "spec: Invalid value: null"),
    ],
)
def test_documents_that_are_hardly_manifests(document: samples.Manifest, said: str) -> None:
    with pytest.raises(InvalidManifest) as refusal:
        parse(document)
    assert said in str(refusal.value)


def test_long_values_are_not_echoed_whole() -> None:
    with pytest.raises(InvalidManifest) as refusal:
        parse(samples.agent(model="x!" * 5000))
    assert len(str(refusal.value)) < 300
