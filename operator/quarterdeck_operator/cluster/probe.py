"""Asks an agent that runs elsewhere whether it is ready.

Only the status of the answer is looked at: an external agent need not be ours, and may have no
such path at all.
"""

import os
from typing import Final

import aiohttp

from quarterdeck_contract.guarded_sockets import ForbiddenAddress
from quarterdeck_operator.cluster.port import Probe

TIMEOUT: Final = 3.0
PATH: Final = "/readyz"


async def probe(session: aiohttp.ClientSession, url: str) -> Probe:
    """``GET {url}/readyz``, at most three seconds. Never raises."""
    address = url.rstrip("/") + PATH
    limits = aiohttp.ClientTimeout(total=TIMEOUT)
    try:
        async with session.get(address, timeout=limits, allow_redirects=False) as answer:
            return judge_answer(address, answer.status)
    except TimeoutError:
        return Probe(False, f"{address} did not answer within {TIMEOUT:g} seconds")
    except aiohttp.ClientConnectorCertificateError:
        return Probe(False, f"{address}: its certificate is not trusted")
    except aiohttp.ClientConnectorError as exc:
        return Probe(False, f"{address}: cannot connect ({_reason(exc.os_error)})")
    except (aiohttp.ClientError, OSError, ValueError) as exc:
        return Probe(False, f"{address}: cannot connect ({type(exc).__name__})")


def _reason(error: OSError) -> str:
    if isinstance(error, ForbiddenAddress):
        return str(error.strerror)
    # Event loops word the same failure differently; the system's own words are plain and stable.
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or "the name has no address"


def judge_answer(address: str, status: int) -> Probe:
    """Whether an answer with this HTTP status comes from an agent that can be sent chats."""
    if status in (401, 403):
        return Probe(True, f"{address} is reachable; it asks for credentials ({status})")
    if status >= 500:
        return Probe(False, f"{address} answered {status}")
    if status >= 300:
        return Probe(True, f"{address} is reachable; it answered {status}")
    return Probe(True, f"{address} answers")
