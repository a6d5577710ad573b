"""JSON Schemas of manifests: valid, complete, and of one mind with the contract."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from quarterdeck_contract.names import API_VERSION
from quarterdeck_contract.v1alpha1.model import DEMO_MODEL
from quarterdeck_contract.validation import InvalidManifest, parse
from quarterdeck_gateway.kinds.endpoints import router
from quarterdeck_gateway.kinds.manifest_schema import DIALECT, RULES, KindName, manifest_schema
from support.reporting import client

SAMPLES = Path(__file__).parents[3] / "manifests" / "samples"
GOOD: dict[KindName, dict[str, Any]] = {
    KindName.AGENT: {"model": "small", "instructions": "Be brief."},
    KindName.MODEL: {"provider": "local", "model": DEMO_MODEL},
    KindName.API_KEY: {"owner": "ann"},
    KindName.BUDGET: {"scope": {"kind": "Namespace"}, "amountUSD": 5},
}
WRONG: list[tuple[KindName, str, Any]] = [
    (KindName.AGENT, "replicas", -1),
    (KindName.AGENT, "replicas", "two"),
    (KindName.AGENT, "colour", "red"),
    (KindName.AGENT, "modelFallbacks", ["a", "b", "c", "d", "e", "f"]),
    (KindName.AGENT, "scaling", {"max": 0}),
    (KindName.AGENT, "runtime", {"resources": {"cpu": []}}),
    (KindName.MODEL, "provider", "nobody"),
    (KindName.MODEL, "parameters", {"topP": 0}),
    (KindName.MODEL, "baseURL", "ftp://there"),
    (KindName.API_KEY, "role", "god"),
    (KindName.BUDGET, "amountUSD", 0),
    (KindName.BUDGET, "scope", {"kind": "Planet"}),
]


def manifest(kind: KindName, **changes: Any) -> dict[str, Any]:
    spec = GOOD[kind] | changes
    return {"apiVersion": API_VERSION, "kind": str(kind), "metadata": {"name": "it"}, "spec": spec}


def judge(kind: KindName) -> Any:
    schema = manifest_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("kind", KindName)
def test_a_schema_accepts_what_is_good_and_says_what_it_is(kind: KindName) -> None:
    judge(kind).validate(manifest(kind))
    judge(kind).validate(manifest(kind) | {"status": {"anything": True}})
    schema = manifest_schema(kind)
    assert schema["$schema"] == DIALECT
    assert "x-kubernetes" not in json.dumps(schema)
    for name, field in schema["properties"]["spec"]["properties"].items():
        assert field.get("description"), name


@pytest.mark.parametrize(("kind", "field", "value"), WRONG)
def test_both_refuse_the_same(kind: KindName, field: str, value: Any) -> None:
    wrong = manifest(kind, **{field: value})
    assert not judge(kind).is_valid(wrong)
    with pytest.raises(InvalidManifest):
        parse(wrong)


def test_every_sample_fits_its_schema() -> None:
    seen = set()
    for path in SAMPLES.rglob("*.yaml"):
        for document in yaml.safe_load_all(path.read_text()):
            if document and document["kind"] in set(KindName):
                kind = KindName(document["kind"])
                judge(kind).validate(document)
                seen.add(kind)
    assert seen >= {KindName.AGENT, KindName.MODEL}


def test_names_are_judged() -> None:
    for name in ("Big", "a.b", "", "x" * 64, "-a"):
        wrong = manifest(KindName.AGENT) | {"metadata": {"name": name}}
        assert not judge(KindName.AGENT).is_valid(wrong), name


def test_rules_between_fields_stay_as_text() -> None:
    spec = manifest_schema(KindName.AGENT)["properties"]["spec"]
    said = {rule["field"]: rule["message"] for rule in spec[RULES]}
    assert said["replicas"] == "replicas and scaling exclude each other: set scaling.min instead"
    assert said["replicas"] in spec["description"]


def test_defaults_and_choices_are_there() -> None:
    spec = manifest_schema(KindName.AGENT)["properties"]["spec"]["properties"]
    assert spec["limits"]["properties"]["iterations"]["default"] == 10
    assert spec["suspended"]["default"] is False
    provider = manifest_schema(KindName.MODEL)["properties"]["spec"]["properties"]["provider"]
    assert "openai-compatible" in provider["enum"]


async def test_the_endpoint() -> None:
    async with client(router()) as asking:
        answer = await asking.get("/api/v1/schemas/Budget")
        assert answer.json() == json.loads(json.dumps(manifest_schema(KindName.BUDGET)))
        assert "max-age" in answer.headers["cache-control"]
        refused = await asking.get("/api/v1/schemas/Pod")
        assert (refused.status_code, refused.json()["error"]["param"]) == (422, "kind")
