"""What people said is nowhere to be read but in their own answers."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select, text, update

from quarterdeck_gateway.conversations.encryption import TextCipher, Unreadable
from quarterdeck_gateway.conversations.texts import UNREADABLE
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import conversation_messages, conversations, metadata
from quarterdeck_gateway.identity.derivation import hkdf
from support.conversations import PEPPER, Desk, desk_over

CIPHER = TextCipher(PEPPER)
SECRETS = ("the sea is salt", "rivers carry it", "a private title", "what went wrong")


def test_the_key_is_derived_as_rfc_5869_says() -> None:
    library = HKDF(SHA256(), 32, salt=None, info=b"quarterdeck-x").derive(PEPPER)
    assert hkdf(PEPPER, b"quarterdeck-x") == library


def test_a_text_opens_in_its_place_alone() -> None:
    sealed = CIPHER.encrypt("said", "ann", "1", 0)
    assert CIPHER.decrypt(sealed, CIPHER.key_id, "ann", "1", 0) == "said"
    assert CIPHER.encrypt("said", "ann", "1", 0) != sealed
    for context in (("bob", "1", 0), ("ann", "2", 0), ("ann", "1", 1), ("ann", "1", "0"), ()):
        with pytest.raises(Unreadable):
            CIPHER.decrypt(sealed, CIPHER.key_id, *context)
    for wrong in (sealed[:-1], sealed[:11], b"", sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(Unreadable):
            CIPHER.decrypt(wrong, CIPHER.key_id, "ann", "1", 0)


def test_another_pepper_has_another_key_and_says_so() -> None:
    other = TextCipher(PEPPER + b"!")
    assert other.key_id != CIPHER.key_id
    with pytest.raises(Unreadable, match="another key"):
        other.decrypt(CIPHER.encrypt("x"), CIPHER.key_id)
    assert PEPPER.decode() not in repr(vars(CIPHER)["key_id"])


async def test_the_database_file_holds_no_plaintext(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/raw.db")
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    async with desk_over(database) as desk:
        id_ = await desk.begin(SECRETS[0], SECRETS[1], title=SECRETS[2])
        await desk.say(id_, 2, SECRETS[0], status="error", error=SECRETS[3])
        derived = await desk.begin(SECRETS[0])
        await desk.call("PATCH", f"/{derived}", title=SECRETS[2])
        seen = str(await desk.call("GET", f"/{id_}"))
        assert all(secret in seen for secret in SECRETS)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    await database.close()
    written += b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"team-a/bot" in written
    for secret in SECRETS:
        for form in (secret.encode(), secret.encode().hex().encode(), secret.encode("utf-16-le")):
            assert form not in written


async def test_rows_that_were_moved_or_changed_hide_themselves(
    desk: Desk, database: Database
) -> None:
    mine, other = await desk.begin("mine", "kept"), await desk.begin("other")
    async with database.write() as connection:
        body = select(conversation_messages.c.body).where(
            conversation_messages.c.conversation_id == other
        )
        stolen = (await connection.execute(body)).scalar_one()
        await connection.execute(
            update(conversation_messages)
            .where(
                conversation_messages.c.conversation_id == mine,
                conversation_messages.c.position == 0,
            )
            .values(body=stolen, error_code="starting")
        )
    whole = await desk.call("GET", f"/{mine}")
    assert [each["content"] for each in whole["messages"]] == ["", "kept"]
    hidden = whole["messages"][0]
    assert (hidden["status"], hidden["error"], hidden["error_code"]) == ("error", UNREADABLE, None)
    assert await desk.listed(search="other") == ["other"]


async def test_with_another_pepper_lists_still_answer(database: Database) -> None:
    async with desk_over(database) as desk:
        id_ = await desk.begin("hello")
    async with desk_over(database, PEPPER + b"!") as desk:
        assert await desk.listed() == ["(unreadable)"]
        assert await desk.listed(search="hello") == []
        whole = await desk.call("GET", f"/{id_}")
        assert whole["messages"][0]["error"] == UNREADABLE
        await desk.say(id_, 0, "anew")
        assert await desk.listed() == ["anew"]


async def test_deleting_leaves_no_row(desk: Desk, database: Database) -> None:
    await desk.call("DELETE", f"/{await desk.begin('a', 'b')}", 204)
    async with database.read() as connection:
        for table in (conversations, conversation_messages):
            count = await connection.execute(text(f"SELECT count(*) FROM {table.name}"))  # noqa: S608
            assert count.scalar_one() == 0
