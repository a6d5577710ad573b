"""Sends one alert to one address: signed, within bounds of time, a few times if need be.

Never follows a redirect: it would carry a signed message to an address that nobody allowed.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import structlog

from quarterdeck_gateway.alerts.signature import DELIVERY_HEADER, SIGNATURE_HEADER, sign

ATTEMPTS: Final = 5
FIRST_DELAY_SECONDS: Final = 1.0
LONGEST_DELAY_SECONDS: Final = 60.0
ATTEMPT_SECONDS: Final = 5.0
_WORTH_REPEATING: Final = frozenset({408, 425, 429})

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Delivery:
    """A message on its way. ``id`` is what the receiver knows repetitions by."""

    id: str
    body: bytes


class Webhook:
    """Delivers to ``url``; the session's connector decides which addresses may be reached.

    Only the host is ever logged: an address may hold a token.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        session: aiohttp.ClientSession,
        *,
        now: Callable[[], float],
        attempts: int = ATTEMPTS,
        attempt_seconds: float = ATTEMPT_SECONDS,
        first_delay_seconds: float = FIRST_DELAY_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = url
        self._host = urlsplit(url).hostname or ""
        self._secret = secret
        self._session = session
        self._now = now
        self._attempts = attempts
        self._timeout = aiohttp.ClientTimeout(total=attempt_seconds)
        self._first_delay = first_delay_seconds
        self._sleep = sleep

    async def deliver(self, delivery: Delivery) -> bool:
        """Whether the receiver took it; raises nothing."""
        for attempt in range(1, self._attempts + 1):
            status, reason = await self._post(delivery)
            if status is not None and 200 <= status < 300:
                return True
            last = attempt == self._attempts or not worth_repeating(status)
            say = log.error if last else log.warning
            say(
                "alert was not delivered",
                host=self._host,
                delivery=delivery.id,
                attempt=attempt,
                gave_up=last,
                reason=reason,
            )
            if last:
                return False
            await self._sleep(delay(attempt, self._first_delay, random.random()))  # noqa: S311
        return False

    async def _post(self, delivery: Delivery) -> tuple[int | None, str]:
        """Status of one attempt, None when there was no answer, and what to say of it."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "quarterdeck",
            DELIVERY_HEADER: delivery.id,
            SIGNATURE_HEADER: sign(self._secret, delivery.body, int(self._now())),
        }
        try:
            async with self._session.post(
                self._url,
                data=delivery.body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return response.status, f"it answered {response.status}"
        except TimeoutError:
            return None, "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            # The message may hold the address, hence its token.
            return None, type(exc).__name__


def worth_repeating(status: int | None) -> bool:
    """Whether another attempt may end otherwise; None stands for no answer at all."""
    return status is None or status >= 500 or status in _WORTH_REPEATING


def delay(attempt: int, first: float, jitter: float) -> float:
    """Seconds to wait behind the attempt of this number (from 1); ``jitter`` is from 0 to 1."""
    return min(first * 2.0 ** (attempt - 1), LONGEST_DELAY_SECONDS) * (0.5 + jitter / 2)
