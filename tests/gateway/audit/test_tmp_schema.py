import asyncio, sys
import pytest, schemathesis
from hypothesis import settings as hs, HealthCheck
from starlette.middleware import Middleware
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from quarterdeck_gateway.app import _translate_fields
from quarterdeck_gateway.middleware.errors import ErrorEnvelopeMiddleware
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import metadata
from quarterdeck_gateway.audit.endpoints import router as ar
from quarterdeck_gateway.audit.service import AuditService
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.usage.endpoints import router as ur
from quarterdeck_gateway.usage.service import UsageService
from quarterdeck_gateway.usage.store import UsageStore
from quarterdeck_gateway.costs.endpoints import router as cr
from quarterdeck_gateway.costs.service import CostService
from quarterdeck_gateway.costs.store import CostStore
from quarterdeck_gateway.accounting.rows import row_of
from support.reporting import _Admitted, ADMIN, now, nothing, store, usage
from support.postgres_servers import postgres
import tempfile
from sqlalchemy.pool import NullPool
from sqlalchemy.ext.asyncio import create_async_engine
app = FastAPI(middleware=[Middleware(_Admitted, principal=ADMIN), Middleware(ErrorEnvelopeMiddleware)], exception_handlers={RequestValidationError: _translate_fields})
@pytest.fixture
def api(postgres):
    url = postgres.new_database()
    from sqlalchemy import make_url
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    db = Database(engine)
    async def mk():
        async with db.write() as c: await c.run_sync(metadata.create_all)
        await store(db,[usage() for _ in range(5)])
    asyncio.run(mk())
    app.router.routes = [r for r in app.router.routes if not getattr(r,'path','').startswith('/api')]
    app.include_router(ar(AuditService(AuditStore(db), ChainKey(b"p"*32), nothing)))
    app.include_router(ur(UsageService(UsageStore(db), nothing, now)))
    app.include_router(cr(CostService(CostStore(db), nothing, now)))
    return schemathesis.openapi.from_asgi("/openapi.json", app)

from hypothesis import given
@pytest.mark.parametrize("mode", ["positive","negative"])
def test_api(api, mode):
    from schemathesis.generation import GenerationMode
    n=0
    for result in api.get_all_operations():
        op = result.ok()
        @given(case=op.as_strategy(generation_mode=GenerationMode.POSITIVE if mode=="positive" else GenerationMode.NEGATIVE))
        @hs(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def run(case):
            nonlocal n; n+=1
            case.call_and_validate()
        run()
    print("cases", n)
