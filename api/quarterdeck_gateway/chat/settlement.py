"""The end of every chat, whatever way it ends: exactly one record, also when the client has left.

What is known of a chat gathers in an Account while it runs. ``settling`` closes the account in a
``finally`` that awaits nothing, so no cancellation, not even a second one, can come in between.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import structlog

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_contract.wire.chat import ChatRequest
from quarterdeck_gateway.accounting.answers import AnswerFacts, Tail
from quarterdeck_gateway.errors import ClientGone, GatewayError, UpstreamFailed, UpstreamTimeout
from quarterdeck_gateway.routing.registry import AgentEntry
from quarterdeck_gateway.services import Services

log = structlog.get_logger(__name__)

CLIENT_CLOSED_REQUEST: Final = 499
"""Status on record when the client left before it saw one."""


class Account:
    """What is known of one chat so far."""

    def __init__(self, request_id: str, services: Services) -> None:
        self.request_id = request_id
        self.started_at = services.clock.now()
        self.request: ChatRequest | None = None
        self.agent: AgentEntry | None = None
        self.status: int | None = None
        self.outcome = Outcome.UPSTREAM_ERROR
        self.facts = AnswerFacts()
        self.tail: Tail | None = None
        self.first_byte_seconds: float | None = None
        self._services = services
        self._begun = services.clock.monotonic()

    def routed(self, agent: AgentEntry) -> None:
        """It is known which agent is meant: from here on the chat will be on record."""
        self.agent = agent
        self._services.metrics.started(agent.namespace, agent.name)

    def answering(self, status: int) -> None:
        """The first byte of an answer is here and its status is decided."""
        self.status = status
        self.first_byte_seconds = self.seconds()

    def ended(self, outcome: Outcome, status: int) -> None:
        """The chat is over; a status that the client has already seen stays."""
        self.outcome = outcome
        self.status = self.status or status

    def seconds(self) -> float:
        """Since the request came in."""
        return self._services.clock.monotonic() - self._begun


@contextmanager
def settling(request_id: str, services: Services) -> Iterator[Account]:
    """Gives the account of a chat and settles it when the block ends, however it ends."""
    account = Account(request_id, services)
    try:
        yield account
    except GatewayError as error:
        account.ended(outcome_of(error), error.status)
        raise
    except (ClientGone, asyncio.CancelledError):
        # A server that stops for good cuts its clients off: for the record it is the same.
        account.ended(Outcome.CLIENT_GONE, CLIENT_CLOSED_REQUEST)
        raise
    except Exception:
        account.ended(Outcome.UPSTREAM_ERROR, 500)
        raise
    finally:
        settle(account, services)


def settle(account: Account, services: Services) -> None:
    """Count the chat and write its record. Never raises because of the ledger."""
    status = account.status or 500
    if account.agent is None or account.request is None:
        services.metrics.unrouted(account.outcome, status)
        return
    record = record_of(account, account.agent, account.request, status)
    services.metrics.finished(record, account.first_byte_seconds)
    try:
        services.ledger.record(record)
    except Exception:
        log.exception("usage record lost", **record.manifest())
        services.metrics.ledger_failed()


def outcome_of(error: GatewayError) -> Outcome:
    """Whether the chat was refused, or failed behind the gateway."""
    failed = isinstance(error, UpstreamFailed | UpstreamTimeout)
    return Outcome.UPSTREAM_ERROR if failed else Outcome.DENIED


def record_of(
    account: Account, agent: AgentEntry, request: ChatRequest, status: int
) -> UsageRecord:
    """The usage record of a chat that is over."""
    facts = account.facts if account.tail is None else account.tail.facts()
    return UsageRecord(
        request_id=account.request_id,
        namespace=agent.namespace,
        agent=agent.name,
        model=facts.model,
        stream=request.stream,
        outcome=account.outcome,
        status=status,
        input_tokens=facts.input_tokens,
        output_tokens=facts.output_tokens,
        started_at=_rfc3339(account.started_at),
        seconds=round(account.seconds(), 6),
    )


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
