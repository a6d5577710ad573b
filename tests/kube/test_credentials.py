"""Tokens are read again when old or refused, by one reader, and never shown."""

import asyncio

import pytest

from quarterdeck_kube.credentials import Credentials, RereadToken


class Vault:
    def __init__(self) -> None:
        self.reads: list[bool] = []

    def read(self, force: bool) -> str:
        self.reads.append(force)
        return f"Bearer {len(self.reads)}"


@pytest.fixture
def vault() -> Vault:
    return Vault()


async def test_a_fresh_token_is_kept_and_an_old_one_read_again(vault: Vault) -> None:
    now = 100.0
    token = RereadToken(vault.read, max_age=60.0, clock=lambda: now)

    assert [await token.authorization(), await token.authorization()] == ["Bearer 1"] * 2
    now = 160.0
    assert await token.authorization() == "Bearer 2"
    assert vault.reads == [False, False]


async def test_many_refused_requests_make_one_forced_read(vault: Vault) -> None:
    token = RereadToken(vault.read)
    refused = await token.authorization()

    answers = await asyncio.gather(*(token.authorization(refused=refused) for _ in range(8)))

    assert answers == ["Bearer 2"] * 8
    assert vault.reads == [False, True]


def test_credentials_do_not_show_the_token() -> None:
    credentials = Credentials(server="https://host", token="s3cret")

    assert "s3cret" not in repr(credentials)
    assert "https://host" in repr(credentials)


async def test_a_plain_token_becomes_a_bearer_header() -> None:
    source = Credentials(server="x", token="s3cret\n").token_source

    assert source is not None
    assert await source.authorization() == "Bearer s3cret"
    assert Credentials(server="x").token_source is None
