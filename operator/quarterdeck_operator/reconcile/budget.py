"""A Budget, reconciled: does what it refers to exist? Counting is the gateway's."""

from collections.abc import Callable

from quarterdeck_contract.v1alpha1.budget import Budget
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.errors import OperatorError
from quarterdeck_operator.reconcile.result import Result, is_noise, result_of
from quarterdeck_operator.reconcile.status import StatusWriter
from quarterdeck_operator.resolve.budget import check_budget
from quarterdeck_operator.resolve.references import References
from quarterdeck_operator.summarise.budget import judge_budget
from quarterdeck_operator.summarise.model import plain_status


class BudgetReconciler:
    """Idempotent: call it whenever anything may have changed. ``now`` is RFC 3339."""

    def __init__(
        self, cache: Cache, references: References, status: StatusWriter, now: Callable[[], str]
    ) -> None:
        self._cache = cache
        self._references = references
        self._status = status
        self._now = now

    async def reconcile(self, budget: Budget, manifest: Manifest, failures: int) -> Result:
        """Raises OperatorError only if the status could not be written."""
        problem = await self._check(budget)
        if not is_noise(problem, failures):
            verdict = judge_budget(budget, problem)
            await self._status.write(manifest, plain_status(verdict, manifest, self._now()))
        return result_of(problem)

    async def _check(self, budget: Budget) -> OperatorError | None:
        try:
            await check_budget(budget, self._cache, self._references)
        except OperatorError as problem:
            return problem
        return None
