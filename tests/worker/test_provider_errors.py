"""What a provider's failure is called; the statuses over real HTTP are in test_providers.py."""

import httpx2
from pydantic_ai.exceptions import ModelRequestTimeout

from quarterdeck_worker.errors import ProviderTimeout, ProviderUnavailable
from quarterdeck_worker.provider_errors import translate
from quarterdeck_worker.scrubber import Scrubber


def _timed_out(cause: Exception) -> ModelRequestTimeout:
    failure = ModelRequestTimeout("m", 60)
    failure.__cause__ = RuntimeError("SDK")
    failure.__cause__.__cause__ = cause
    return failure


def test_a_provider_that_was_never_reached_is_not_called_slow() -> None:
    slow = translate(_timed_out(httpx2.ReadTimeout("")), "m", Scrubber([]))
    away = translate(_timed_out(httpx2.ConnectTimeout("")), "m", Scrubber([]))
    assert isinstance(slow, ProviderTimeout)
    assert isinstance(away, ProviderUnavailable)
    assert "check spec.baseURL" in str(away)
