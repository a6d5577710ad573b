"""A Model, reconciled: does what it refers to exist? Its agents ask for themselves."""

from collections.abc import Callable

from quarterdeck_contract.v1alpha1.model import Model
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.errors import OperatorError
from quarterdeck_operator.reconcile.result import Result, is_noise, result_of
from quarterdeck_operator.reconcile.status import StatusWriter
from quarterdeck_operator.resolve.models import require_address
from quarterdeck_operator.resolve.references import References
from quarterdeck_operator.summarise.model import judge_model, plain_status


class ModelReconciler:
    """Idempotent: call it whenever anything may have changed. ``now`` is RFC 3339."""

    def __init__(
        self, references: References, status: StatusWriter, now: Callable[[], str]
    ) -> None:
        self._references = references
        self._status = status
        self._now = now

    async def reconcile(self, model: Model, manifest: Manifest, failures: int) -> Result:
        """Raises OperatorError only if the status could not be written."""
        problem = await self._check(model)
        if not is_noise(problem, failures):
            verdict = judge_model(model, problem)
            await self._status.write(manifest, plain_status(verdict, manifest, self._now()))
        return result_of(problem)

    async def _check(self, model: Model) -> OperatorError | None:
        try:
            require_address(model)
            if model.spec.credentials is None:
                return None
            await self._references.secret_digest(model.metadata.namespace, model.spec.credentials)
        except OperatorError as problem:
            return problem
        return None
