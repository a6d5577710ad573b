"""Answers that failed: kept with the code that says which failure it was."""

from typing import Any

import pytest
from sqlalchemy import update

from quarterdeck_gateway import errors
from quarterdeck_gateway.conversations.schemas import FailureCode
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import conversation_messages
from support.conversations import Desk

OF_A_STREAM = {FailureCode.UPSTREAM_DISCONNECTED, FailureCode.STREAM_CUT, FailureCode.NETWORK}
"""How a stream breaks off, which is no refusal: seen by the gateway, and by a browser alone."""


async def failed(desk: Desk, **more: Any) -> str:
    """A conversation whose answer failed; its id."""
    id_ = await desk.begin("Can I afford this?")
    await desk.say(id_, 1, "", status="error", error="The budget is spent.", **more)
    return id_


async def answer(desk: Desk, id_: str) -> dict[str, Any]:
    whole = await desk.call("GET", f"/{id_}")
    found: dict[str, Any] = whole["messages"][1]
    return found


@pytest.mark.parametrize("code", FailureCode)
async def test_a_failure_is_kept_with_its_code(desk: Desk, code: FailureCode) -> None:
    kept = await answer(desk, await failed(desk, error_code=code))
    assert (kept["error"], kept["error_code"]) == ("The budget is spent.", code)


@pytest.mark.parametrize("stored", [None, "of_a_later_release"])
async def test_a_message_without_a_code_that_is_known_can_be_read(
    desk: Desk, database: Database, stored: str | None
) -> None:
    id_ = await failed(desk, error_code="budget_exceeded")
    async with database.write() as connection:
        await connection.execute(update(conversation_messages).values(error_code=stored))
    kept = await answer(desk, id_)
    assert (kept["error"], kept["error_code"]) == ("The budget is spent.", None)


def test_the_codes_are_those_that_a_chat_fails_with() -> None:
    told = {each.code for each in vars(errors).values() if hasattr(each, "code")}
    assert set(FailureCode) - OF_A_STREAM <= told
