"""The audit log as people see it, cut to the namespaces that are theirs."""

import asyncio
import json
from typing import Final

from quarterdeck_gateway.audit.chain import ChainKey, Checkpoint, Row
from quarterdeck_gateway.audit.schemas import (
    AuditEventView,
    AuditFilters,
    AuditPage,
    AuditProblem,
    AuditVerification,
)
from quarterdeck_gateway.audit.store import AuditQuery, AuditStore
from quarterdeck_gateway.audit.verification import VerificationReport, verify_log
from quarterdeck_gateway.errors import Forbidden
from quarterdeck_gateway.identity.access import EVERYWHERE
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.answering import Flush, answering, freshened
from quarterdeck_gateway.queries.tenancy import require_entry

_NOBODY: Final = "This is for keys of the whole installation: use one of those."


class AuditService:
    """Answers over ``store``; ``flush`` lets people see what they did a moment ago."""

    def __init__(self, store: AuditStore, key: ChainKey, flush: Flush) -> None:
        self._store = store
        self._key = key
        self._flush = flush
        self._verifying = asyncio.Lock()

    async def page(self, filters: AuditFilters, principal: Principal) -> AuditPage:
        """One page. Raises NotFound, Unavailable."""
        require_entry(principal, filters.namespace)
        query = query_of(filters)
        async with answering():
            await freshened(self._flush)
            rows = await self._store.page(query, principal)
        more = len(rows) == query.limit
        items = [view(row) for row in rows[: filters.limit]]
        return AuditPage(items=items, next_cursor=str(items[-1].seq) if more else None)

    async def verify(self, checkpoint: str | None, principal: Principal) -> AuditVerification:
        """Verify the whole chain. Raises Forbidden, Unavailable."""
        if EVERYWHERE not in principal.namespaces:
            raise Forbidden(_NOBODY)
        noted = None if checkpoint is None else Checkpoint.parse(checkpoint)
        # One at a time: it reads everything there is.
        async with self._verifying, answering():
            return verdict(await verify_log(self._store, self._key, noted))


def query_of(filters: AuditFilters) -> AuditQuery:
    """The question to the store: one row more than asked for tells whether there is a next page."""
    return AuditQuery(
        since=filters.since,
        until=filters.until,
        namespace=filters.namespace,
        actor=filters.actor,
        action=filters.action,
        subject=filters.subject,
        before=None if filters.cursor is None else int(filters.cursor),
        limit=filters.limit + 1,
    )


def view(row: Row) -> AuditEventView:
    """One row; a detail that is no JSON object any more was edited, and is shown as it is."""
    try:
        detail = json.loads(row.detail)
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        detail = {"unreadable": row.detail}
    return AuditEventView(
        seq=row.seq,
        id=row.id,
        at=row.at,
        action=row.action,
        actor=row.actor,
        address=row.address,
        namespace=row.namespace,
        subject=row.subject,
        request_id=row.request_id,
        detail=detail,
        hash=row.hash,
    )


def verdict(report: VerificationReport) -> AuditVerification:
    """The report as the API tells it."""
    problem = report.problem
    return AuditVerification(
        ok=problem is None,
        rows=report.rows,
        first=report.first_at,
        last=report.last_at,
        checkpoint=None if report.checkpoint is None else str(report.checkpoint),
        problem=None if problem is None else AuditProblem(seq=problem.seq, what=problem.what),
    )
