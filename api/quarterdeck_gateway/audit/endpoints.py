"""Routes of ``/api/v1/audit``."""

from typing import Annotated

from fastapi import APIRouter, Query

from quarterdeck_gateway.audit.schemas import (
    AuditFilters,
    AuditPage,
    AuditVerification,
    VerifyQuery,
)
from quarterdeck_gateway.audit.service import AuditService
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.schemas import error_responses


def router(service: AuditService) -> APIRouter:
    """The routes over ``service``."""
    routes = APIRouter(prefix="/api/v1/audit", tags=["audit"])

    @routes.get(
        "",
        summary="Audit events, newest first",
        responses=error_responses(401, 403, 404, 422, 503),
    )
    async def list_audit_events(
        filters: Annotated[AuditFilters, Query()], caller: Caller
    ) -> AuditPage:
        return await service.page(filters, caller)

    @routes.get(
        "/verify",
        summary="Whether the audit log is as it was written",
        responses=error_responses(401, 403, 422, 503),
    )
    async def verify_audit_log(
        query: Annotated[VerifyQuery, Query()], caller: Caller
    ) -> AuditVerification:
        return await service.verify(query.checkpoint, caller)

    return routes
