"""The end of every chat, whatever way it ends: exactly one record, also when the client has left.

``settling`` closes the account in a ``finally`` that awaits nothing, so no cancellation, not even a
second one, can come in between. The record is written, and the reservation replaced by the true
cost, in this order and before the last bytes of an answer go out (``keep``): what a crash in
between leaves behind, the ledger knows, and nobody has a whole answer that is not on record.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_contract.timestamps import rfc3339
from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_contract.wire.chat import ChatRequest
from quarterdeck_gateway.accounting.rows import milliseconds
from quarterdeck_gateway.chat.account import Account
from quarterdeck_gateway.errors import (
    BudgetExceeded,
    ClientGone,
    Forbidden,
    GatewayError,
    UpstreamFailed,
    UpstreamTimeout,
)
from quarterdeck_gateway.routing.registry import AgentEntry
from quarterdeck_gateway.services import Services

log = structlog.get_logger(__name__)

CLIENT_CLOSED_REQUEST: Final = 499
"""Status on record when the client left before it saw one."""


@contextmanager
def settling(account: Account, services: Services) -> Iterator[None]:
    """Settles the account when the block ends, however it ends."""
    try:
        yield
    except GatewayError as error:
        account.ended(outcome_of(error), error.status, error.code)
        if isinstance(error, BudgetExceeded | Forbidden) or account.withheld is not None:
            services.audit.append(denial_of(account, error))
        raise
    except (ClientGone, asyncio.CancelledError):
        # A server that stops for good cuts its clients off: for the record it is the same.
        account.ended(Outcome.CLIENT_GONE, CLIENT_CLOSED_REQUEST)
        raise
    except Exception:
        account.ended(Outcome.UPSTREAM_ERROR, 500, GatewayError.code)
        raise
    finally:
        settle(account, services)


def settle(account: Account, services: Services) -> None:
    """Count the chat, write its record, settle its reservation. Never raises."""
    if account.agent is None or account.request is None:
        status = account.status or 500
        services.metrics.unrouted(account.outcome or Outcome.UPSTREAM_ERROR, status)
        log.info("chat", request_id=account.request_id, status=status, code=account.code)
        account.span.refused(status, account.code)
        return
    keep(account, services)
    record = account.record
    if record is None:
        _charge_what_was_reserved(account, account.agent, services)
        account.span.refused(account.status or 500, account.code)
        return
    _observe(record, account, services)
    _tell(record, account)


def keep(account: Account, services: Services) -> None:
    """Write the record of a chat whose outcome is known and settle its cost, once. Never raises."""
    if account.record is not None or account.agent is None or account.request is None:
        return
    try:
        account.record = record = record_of(account, account.agent, account.request)
    except Exception:
        log.exception("chat without a bill", id=account.id, agent=account.agent.id)
        return
    try:
        services.ledger.record(record)
    except Exception:
        log.exception("usage record lost", **record.manifest())
        services.metrics.ledger_failed()
    if account.leave.grant is not None:
        tokens = account.bill().tokens
        account.leave.grant.settle(tokens, record.cost_micro_usd, ended_at(record))


def _observe(record: UsageRecord, account: Account, services: Services) -> None:
    try:
        account.span.ended(record, account.first_byte_seconds)
        services.metrics.finished(record, account.first_byte_seconds)
    except Exception:
        log.exception("chat not measured", id=record.id)


def _tell(record: UsageRecord, account: Account) -> None:
    """The chat's line in the log: what finds it again in the worker's log, the ledger, a trace."""
    traced = account.span.traceparent
    log.info(
        "chat",
        request_id=record.request_id,
        record=record.id,
        agent=f"{record.namespace}/{record.agent}",
        key=record.key,
        status=record.status,
        outcome=str(record.outcome),
        code=record.code,
        seconds=record.seconds,
        trace_id=traced and traced.split("-")[1],
    )


def _charge_what_was_reserved(account: Account, agent: AgentEntry, services: Services) -> None:
    """Nobody can make out the bill: the chat must neither be free nor hold its place for ever."""
    services.metrics.abandoned(agent.namespace, agent.name)
    if (grant := account.leave.grant) is not None:
        grant.settle(account.leave.input_tokens or 0, grant.reserved)


def ended_at(record: UsageRecord) -> float:
    """When the chat ended, to the microsecond as the ledger's sums take it: a budget is charged by
    one of the two, the sum or the settlement."""
    return milliseconds(record.started_at) / 1000 + record.seconds


def outcome_of(error: GatewayError) -> Outcome:
    """Whether the chat was refused, or failed behind the gateway."""
    failed = isinstance(error, UpstreamFailed | UpstreamTimeout)
    return Outcome.UPSTREAM_ERROR if failed else Outcome.DENIED


def record_of(account: Account, agent: AgentEntry, request: ChatRequest) -> UsageRecord:
    """The usage record of a chat that is over."""
    bill = account.bill()
    return UsageRecord(
        id=account.id,
        request_id=account.request_id,
        namespace=agent.namespace,
        agent=agent.name,
        key=account.principal.name,
        team=account.team,
        model=bill.model,
        stream=request.stream,
        outcome=account.outcome or Outcome.UPSTREAM_ERROR,
        status=account.status or 500,
        code=account.code,
        input_tokens=bill.input_tokens,
        cached_tokens=bill.cached_tokens,
        output_tokens=bill.output_tokens,
        counted=bill.counted,
        cost_micro_usd=bill.cost_micro_usd,
        price_version=bill.price_version,
        started_at=rfc3339(account.started_at),
        seconds=round(account.seconds(), 6),
    )


def denial_of(account: Account, error: GatewayError) -> AuditEvent:
    """The audit event of a chat that a budget or an access rule denied."""
    agent = account.agent or account.withheld
    return AuditEvent(
        action=AuditAction.CHAT_DENIED,
        actor=account.principal.name,
        address=account.address,
        namespace=agent.namespace if agent else "",
        subject=f"Agent/{agent.id}" if agent else "",
        request_id=account.request_id,
        detail={"code": error.code, "record": account.id},
        at=rfc3339(account.started_at),
    )
