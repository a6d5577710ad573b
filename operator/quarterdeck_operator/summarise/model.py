"""A Model's status: nothing runs for it, so all there is to say is whether its key exists."""

from collections.abc import Mapping
from typing import Any

from quarterdeck_contract.v1alpha1.model import Model
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.conditions import Verdict, conditions_of, dated, verdict_of
from quarterdeck_operator.errors import OperatorError


def judge_model(model: Model, problem: OperatorError | None) -> Verdict:
    """Ready when everything that the Model refers to exists."""
    if problem is not None:
        return verdict_of(problem)
    credentials = model.spec.credentials
    if credentials is None:
        return Verdict(True, reasons.NO_CREDENTIALS_NEEDED, "no API key is needed")
    found = f'key "{credentials.key}" of Secret "{credentials.name}" exists'
    return Verdict(True, reasons.CREDENTIALS_FOUND, found)


def plain_status(verdict: Verdict, manifest: Mapping[str, Any], now: str) -> Manifest:
    """The status of a resource (``manifest``) of which there is nothing to tell but conditions."""
    generation = manifest["metadata"].get("generation", 0)
    before = manifest.get("status") or {}
    conditions = dated(conditions_of(verdict), before, generation, now)
    return {"observedGeneration": generation, "conditions": conditions}
