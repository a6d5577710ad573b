"""Tokens of sessions: only what was signed is read, in the one spelling in which it was signed."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.names import key_hash
from quarterdeck_gateway.identity.session_token import TOKEN_LENGTH, Holder, Ticket, TicketSigner

PEPPER = b"a pepper for tests that is long enough"
SIGNER = TicketSigner(PEPPER)
TICKET = Ticket(Holder.API_KEY, "ab" * 32, "cd" * 16, 1_767_279_845_000_001, 1_767_323_045)
TOKEN = SIGNER.sign(TICKET)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_the_hash_of_no_key_signs_anything() -> None:
    """Hashes of API keys stand in their resources, for many to read."""
    for name in ("quarterdeck-session", "session"):
        hashed = bytes.fromhex(key_hash(PEPPER, name))
        body = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))[:-32]
        forged = base64.urlsafe_b64encode(body + hmac.digest(hashed, body, "sha256"))
        assert SIGNER.read(forged.rstrip(b"=").decode()) is None


def test_what_was_signed_is_read() -> None:
    assert SIGNER.read(TOKEN) == TICKET
    assert len(TOKEN) == TOKEN_LENGTH
    admin = Ticket(Holder.ADMIN, SIGNER.reference_of("0" * 64), "00" * 16, 2**60, 2**40)
    assert SIGNER.read(SIGNER.sign(admin)) == admin


def test_every_other_character_anywhere_breaks_it() -> None:
    for index in range(len(TOKEN)):
        for other in ALPHABET:
            if other != TOKEN[index]:
                assert SIGNER.read(TOKEN[:index] + other + TOKEN[index + 1 :]) is None


@given(
    st.one_of(
        st.text(max_size=150), st.text(ALPHABET, min_size=TOKEN_LENGTH, max_size=TOKEN_LENGTH)
    )
)
def test_made_up_tokens_are_none(token: str) -> None:
    assert SIGNER.read(token) is None


@pytest.mark.parametrize("token", ["", TOKEN[:-1], TOKEN + "A", TOKEN + "=", f" {TOKEN[1:]}"])
def test_other_spellings_are_none(token: str) -> None:
    assert SIGNER.read(token) is None


def test_another_pepper_signs_otherwise() -> None:
    assert TicketSigner(PEPPER + b"!").read(TOKEN) is None


def test_an_admin_key_is_known_by_its_own_reference() -> None:
    one, other = SIGNER.reference_of("0" * 64), SIGNER.reference_of("1" * 64)
    assert one != other
    assert "0" * 64 not in (one, other)
