"""How many wrong credentials one network address may send.

A key cannot be guessed, so this is against noise: logs that fill up, an audit log that drowns.
Credentials are therefore verified first and only failures are refused: whoever shares an address
with a scanner keeps working.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

WINDOW_SECONDS: Final = 60.0


class Throttle:
    """``limit`` a minute for each source, in memory for ``capacity`` sources."""

    def __init__(
        self, limit: int, monotonic: Callable[[], float], *, capacity: int = 10_000
    ) -> None:
        self._interval = WINDOW_SECONDS / limit
        self._monotonic = monotonic
        self._capacity = capacity
        # When each address will have been forgiven everything; the longest quiet one first.
        self._forgiven: OrderedDict[str, float] = OrderedDict()

    def failed(self, address: str) -> int | None:
        """Count a failure of a network address. Seconds after which to try again when there were
        too many, else None."""
        return self.count(source_of(address))

    def count(self, source: str) -> int | None:
        """Count something of ``source``; the same answer. What is beyond the limit does not make
        the wait longer."""
        now = self._monotonic()
        forgiven = max(self._forgiven.get(source, now), now) + self._interval
        wait = forgiven - WINDOW_SECONDS - now
        if wait > 1e-6:
            return math.ceil(wait)
        self._forgiven[source] = forgiven
        self._forgiven.move_to_end(source)
        if len(self._forgiven) > self._capacity:
            self._forgiven.popitem(last=False)
        return None


@lru_cache(maxsize=1024)
def source_of(address: str) -> str:
    """What counts as one address: of IPv6 the /64, which one host can use as a whole."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
