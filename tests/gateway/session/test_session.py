"""Signing in and out of a whole gateway, and what a session's cookie is good for."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from quarterdeck_contract.names import key_hash
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.identity.cookies import no_cookie
from quarterdeck_gateway.identity.session_token import Holder, Ticket, TicketSigner
from support.declared import PEPPER, api_key
from support.whole_gateway import INSTALLATION, WholeGateway, key_of, whole_gateway

SESSION: Final = "/api/v1/session"
WHOAMI: Final = "/api/v1/whoami"
OURS: Final = {"origin": "http://gateway"}
USER: Final = key_of("team-a", Role.USER)
PROXY: Final = {"trusted_proxies": "192.0.2.0/24"}


@pytest.fixture
async def gateway(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[WholeGateway]:
    """A gateway whose Redis is away: sessions need none."""
    options = getattr(request, "param", {})
    async with whole_gateway(tmp_path, "redis://127.0.0.1:1", **options) as whole:
        yield whole


async def sign_in(gateway: WholeGateway, key: str, **headers: str) -> httpx.Response:
    gateway.http.cookies.clear()
    answer = await gateway.http.post(SESSION, json={"key": key}, headers=headers)
    # Every test sends the cookies that it means, and no others.
    gateway.http.cookies.clear()
    return answer


def cookies(answer: httpx.Response) -> dict[str, str]:
    """The header with the cookies that an answer sets."""
    jar = SimpleCookie(answer.headers["set-cookie"])
    return {"cookie": "; ".join(f"{name}={each.value}" for name, each in jar.items())}


async def ask(gateway: WholeGateway, method: str, path: str, **options: Any) -> httpx.Response:
    answer = await gateway.http.request(method, path, **options)
    gateway.http.cookies.clear()
    return answer


def token_of(holder: Holder, reference: str, expires_at: int, pepper: str = PEPPER) -> str:
    """The token of a session that began long ago."""
    return TicketSigner(pepper.encode()).sign(Ticket(holder, reference, "0" * 32, 1, expires_at))


async def actions(gateway: WholeGateway) -> list[tuple[str, str]]:
    answer = await gateway.ask("GET", "/api/v1/audit", INSTALLATION)
    return [(item["action"], item["actor"]) for item in answer.json()["items"]]


@pytest.mark.parametrize(("key", "name"), [(USER, "team-a/user"), (INSTALLATION, "admin")])
async def test_signing_in_looking_and_signing_out(
    gateway: WholeGateway, key: str, name: str
) -> None:
    answer = await sign_in(gateway, key)
    assert (answer.status_code, answer.json()["name"]) == (200, name)
    assert key not in answer.headers["set-cookie"]
    signed_in = cookies(answer)
    for path in (SESSION, WHOAMI):
        assert (await ask(gateway, "GET", path, headers=signed_in)).json()["name"] == name
    gone = await ask(gateway, "DELETE", SESSION, headers=signed_in | OURS)
    assert gone.status_code == 204
    assert "Max-Age=0" in gone.headers["set-cookie"]
    nobody = await ask(gateway, "GET", SESSION)
    assert (nobody.status_code, nobody.content) == (204, b"")
    seen = await actions(gateway)
    assert ("session.created", name) in seen
    assert ("session.ended", name) in seen


async def test_wrong_keys_are_told_nothing_throttled_and_on_record(tmp_path: Path) -> None:
    async with whole_gateway(tmp_path, "redis://127.0.0.1:1", failed_attempts=3) as gateway:
        answers = [await sign_in(gateway, f"qd_secret-{n}") for n in range(5)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
        assert all("set-cookie" not in answer.headers for answer in answers)
        assert answers[-1].headers["retry-after"]
        assert (await sign_in(gateway, USER)).status_code == 200
        assert ("authentication.failed", "") in await actions(gateway)
        trail = await gateway.ask("GET", "/api/v1/audit", INSTALLATION)
    assert "secret-" not in trail.text + "".join(answer.text for answer in answers)


async def test_a_token_of_an_issuer_is_no_key(gateway: WholeGateway) -> None:
    assert (await sign_in(gateway, "a.b.c")).status_code == 401


@pytest.mark.parametrize("body", [{}, {"key": ""}, {"key": "x" * 513}, {"key": 5}, {"k": "x"}, []])
async def test_bad_bodies_do_not_come_back(gateway: WholeGateway, body: Any) -> None:
    answer = await ask(gateway, "POST", SESSION, json=body)
    assert answer.status_code == 422
    assert "xxx" not in answer.text


async def test_revoking_the_key_ends_the_session_at_once(gateway: WholeGateway) -> None:
    signed_in = cookies(await sign_in(gateway, USER))
    assert (await ask(gateway, "GET", WHOAMI, headers=signed_in)).status_code == 200
    revoked = await gateway.ask("POST", "/api/v1/keys/team-a/user/revoke", INSTALLATION, json={})
    assert revoked.status_code == 200
    refusal = await ask(gateway, "GET", WHOAMI, headers=signed_in)
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (401, "session_ended")
    assert "revoked" in refusal.json()["error"]["message"]
    await gateway.writer.delete("ApiKey", "team-a", "user")
    assert (await ask(gateway, "GET", WHOAMI, headers=signed_in)).status_code == 401


async def test_the_session_of_a_replaced_key_lasts_as_long_as_the_key(
    gateway: WholeGateway,
) -> None:
    signed_in = cookies(await sign_in(gateway, USER))
    old = {"hash": key_hash(PEPPER.encode(), USER), "revision": 1}
    old |= {"createdAt": "2026-01-01T00:00:00Z"}
    for until, status in (("2100-01-01T00:00:00Z", 200), ("2026-01-01T00:00:00Z", 401)):
        await gateway.writer.delete("ApiKey", "team-a", "user")
        await gateway.writer.create(api_key("user", "qd_new", namespace="team-a"))
        keys = [old | {"notAfter": until}]
        await gateway.writer.report("ApiKey", "team-a", "user", {"keys": keys}, manager="x")
        assert (await ask(gateway, "GET", WHOAMI, headers=signed_in)).status_code == status


async def test_forged_expired_and_foreign_cookies(gateway: WholeGateway) -> None:
    hashed = key_hash(PEPPER.encode(), USER)
    far, past = 2**40, 1_000
    for token, code in (
        (token_of(Holder.API_KEY, hashed, far), None),
        (token_of(Holder.API_KEY, hashed, past), "session_ended"),
        (token_of(Holder.API_KEY, "0" * 64, far), "session_ended"),
        (token_of(Holder.ADMIN, hashed, far), "session_ended"),
        (token_of(Holder.API_KEY, hashed, far, "x" * 32), "invalid_api_key"),
        (USER, "invalid_api_key"),
        ("", "invalid_api_key"),
    ):
        answer = await ask(gateway, "GET", WHOAMI, headers={"cookie": f"qd_session={token}"})
        assert answer.status_code == (401 if code else 200), token
        assert answer.is_success or answer.json()["error"]["code"] == code


@pytest.mark.parametrize("gateway", [{"failed_attempts": 2}], indirect=True)
async def test_cookies_are_no_guesses(gateway: WholeGateway) -> None:
    ended = token_of(Holder.API_KEY, "0" * 64, 1)
    for token in (ended, "x"):
        for path in (WHOAMI, SESSION) * 3:
            answer = await ask(gateway, "GET", path, headers={"cookie": f"qd_session={token}"})
            assert answer.status_code == 401
    statuses = [(await sign_in(gateway, "qd_guess")).status_code for _ in "123"]
    assert statuses == [401, 401, 429], "keys are"


async def test_a_cookie_that_is_good_no_longer_is_removed(gateway: WholeGateway) -> None:
    ended = token_of(Holder.API_KEY, "0" * 64, 2**40)
    for token, code in ((ended, "session_ended"), ("x", "invalid_api_key")):
        answer = await ask(gateway, "GET", SESSION, headers={"cookie": f"qd_session={token}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
        assert answer.headers.get_list("set-cookie") == [no_cookie(https=False)]
        assert answer.headers["cache-control"] == "no-store"
    both = {"cookie": "qd_session=x; __Host-qd_session=x"}
    answer = await ask(gateway, "GET", SESSION, headers=both)
    assert set(answer.headers.get_list("set-cookie")) == {
        no_cookie(https=True),
        no_cookie(https=False),
    }


async def test_https_behind_a_proxy_that_nobody_declared(gateway: WholeGateway) -> None:
    answer = await sign_in(gateway, USER, origin="https://gateway")
    assert answer.headers["set-cookie"].startswith("__Host-qd_session=")
    assert answer.headers["set-cookie"].endswith("; Secure")
    signed_in = cookies(answer)
    assert (await ask(gateway, "GET", WHOAMI, headers=signed_in)).status_code == 200
    both = {"cookie": f"qd_session=planted; {signed_in['cookie']}"}
    assert (await ask(gateway, "GET", WHOAMI, headers=both)).status_code == 200
    gone = await ask(gateway, "DELETE", SESSION, headers=both | {"origin": "https://gateway"})
    assert len(gone.headers.get_list("set-cookie")) == 2
    for origin in ("http://gateway", "https://evil.example"):
        answer = await sign_in(gateway, USER, origin=origin)
        assert "__Host-" not in answer.headers.get("set-cookie", "")


async def test_other_sites_change_nothing(gateway: WholeGateway) -> None:
    signed_in = cookies(await sign_in(gateway, key_of("team-a", Role.ADMIN)))
    path = "/api/v1/budgets/team-a/b"
    spec = {"scope": {"kind": "Namespace"}, "amountUSD": 5, "period": "day"}
    for headers, status in (
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({}, 403),
        (OURS, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
    ):
        answer = await ask(gateway, "PUT", path, json={"spec": spec}, headers=signed_in | headers)
        assert answer.status_code == status, headers
        assert status == 200 or answer.json()["error"]["code"] == "cross_site"
    assert ("access.denied", "team-a/admin") in await actions(gateway)
    evil = {"origin": "http://evil.example"}
    assert (await sign_in(gateway, USER, **evil)).status_code == 403
    assert (await ask(gateway, "DELETE", SESSION, headers=signed_in | evil)).status_code == 403


async def test_a_key_wins_over_the_cookie(gateway: WholeGateway) -> None:
    signed_in = cookies(await sign_in(gateway, USER))
    for key, status in ((key_of("team-b", Role.VIEWER), 200), ("qd_wrong", 401)):
        headers = signed_in | {"authorization": f"Bearer {key}"}
        answer = await ask(gateway, "GET", WHOAMI, headers=headers)
        assert answer.status_code == status
        assert status == 401 or answer.json()["name"] == "team-b/viewer"
    basic = signed_in | {"authorization": "Basic eDp5"}
    assert (await ask(gateway, "GET", WHOAMI, headers=basic)).status_code == 401


@pytest.mark.parametrize(
    ("gateway", "name"),
    [(PROXY, "__Host-qd_session"), ({}, "qd_session")],
    indirect=["gateway"],
)
async def test_https_behind_a_proxy(gateway: WholeGateway, name: str) -> None:
    https = {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1"}
    answer = await sign_in(gateway, USER, **https)
    header = answer.headers["set-cookie"]
    assert header.startswith(f"{name}=")
    assert ("; Secure" in header) is name.startswith("__Host-")
    signed_in = cookies(answer) | https
    assert (await ask(gateway, "GET", WHOAMI, headers=signed_in)).status_code == 200
    planted = {"cookie": cookies(answer)["cookie"].replace("__Host-", "")} | https
    status = (await ask(gateway, "GET", WHOAMI, headers=planted)).status_code
    assert status == (401 if name.startswith("__Host-") else 200)


async def test_a_role_is_the_keys(gateway: WholeGateway) -> None:
    signed_in = cookies(await sign_in(gateway, key_of("team-a", Role.VIEWER)))
    assert (await ask(gateway, "GET", "/api/v1/keys", headers=signed_in)).status_code == 403
    other = "/api/v1/agents/team-b/bot"
    assert (await ask(gateway, "GET", other, headers=signed_in)).status_code == 404
