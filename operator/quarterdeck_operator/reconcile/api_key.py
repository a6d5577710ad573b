"""An ApiKey, reconciled: is it in force, and which keys work?"""

from collections.abc import Callable

from quarterdeck_contract.v1alpha1.api_key import ApiKey
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.errors import OperatorError
from quarterdeck_operator.keyring import Keys, instant, keys_of, seconds_to_change
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.reconcile.issuing import KeyIssuer
from quarterdeck_operator.reconcile.result import DONE, Result, after, is_noise, result_of
from quarterdeck_operator.reconcile.status import StatusWriter
from quarterdeck_operator.summarise.api_key import (
    expiry_of,
    judge_issued,
    judge_standing,
    summarise_api_key,
)


class ApiKeyReconciler:
    """Idempotent: call it whenever anything may have changed. ``now`` is RFC 3339."""

    def __init__(
        self,
        issuer: KeyIssuer,
        options: BuildOptions,
        status: StatusWriter,
        now: Callable[[], str],
    ) -> None:
        self._issuer = issuer
        self._options = options
        self._status = status
        self._now = now

    async def reconcile(self, api_key: ApiKey, manifest: Manifest, failures: int) -> Result:
        """Raises OperatorError only if the status could not be written."""
        said = self._now()
        now = instant(said)
        keys = keys_of(api_key, now)
        problem: OperatorError | None = None
        verdict = judge_standing(api_key, now)
        if verdict is None:
            keys, problem = await self._issue(api_key, keys, said)
            verdict = judge_issued(api_key, problem, self._options.system_namespace)
        if not is_noise(problem, failures):
            await self._status.write(
                manifest, summarise_api_key(api_key, verdict, keys, manifest, said)
            )
        if problem is not None:
            return result_of(problem)
        seconds = seconds_to_change(keys, expiry_of(api_key), now)
        return after(seconds) if seconds else DONE

    async def _issue(
        self, api_key: ApiKey, keys: Keys, now: str
    ) -> tuple[Keys, OperatorError | None]:
        try:
            return await self._issuer.issue(api_key, keys, instant(now)), None
        except OperatorError as problem:
            return keys, problem
