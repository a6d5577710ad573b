"""Nobody has a whole answer that is not on record, even if the gateway is killed right after it,
nor before its cost has taken the place of its reservation."""

import asyncio
from typing import Any

import orjson
import pytest

from quarterdeck_gateway.chat.endpoints import ChatEndpoint
from quarterdeck_gateway.identity.principal import installation_admin
from quarterdeck_gateway.settings import Settings
from support import declared
from support.fake_worker import FakeWorker, Script
from support.running_gateway import REQUIRED, Gateway


async def told_with_record(gateway: Gateway, **fields: Any) -> list[bytes]:
    """What the client is sent, each piece behind how many records and settlements there were."""
    asked = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], **fields}
    whole, sent = iter([{"type": "http.request", "body": orjson.dumps(asked)}]), []

    async def receive() -> Any:
        if (message := next(whole, None)) is None:
            await asyncio.Event().wait()
        return message

    async def send(message: Any) -> None:
        records, settled = len(gateway.ledger.records), len(gateway.keeper.outbox)
        sent.append(b"%d:%d:%s" % (records, settled, message.get("body", b"")))

    gateway.declare(declared.budget("all", 1))
    state = {"request_id": "1", "principal": installation_admin()}
    endpoint = ChatEndpoint(Settings(**REQUIRED), gateway.services)
    await endpoint({"type": "http", "headers": [], "state": state}, receive, send)
    return sent


async def test_a_whole_answer(priced: Gateway) -> None:
    sent = await told_with_record(priced)
    assert sent[-1].startswith(b'1:1:{"id"')
    (record,) = priced.ledger.records
    assert record.cost_micro_usd > 0


async def test_a_stream(priced: Gateway) -> None:
    sent = await told_with_record(priced, stream=True)
    (last,) = [piece for piece in sent if b"[DONE]" in piece]
    assert last.startswith(b"1:1:")
    assert len(priced.ledger.records) == 1


@pytest.mark.parametrize("script", [Script(die_after=1), Script(end_early=True)])
async def test_a_stream_that_breaks_off(
    priced: Gateway, worker: FakeWorker, script: Script
) -> None:
    worker.script = script
    sent = await told_with_record(priced, stream=True)
    (last,) = [piece for piece in sent if b'"error"' in piece]
    assert last.startswith(b"1:1:")
    assert len(priced.ledger.records) == 1
