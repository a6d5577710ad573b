"""Who is let in, what those who are not are told, and what is on record about them."""

import dataclasses
from ipaddress import ip_network
from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.middleware.authentication import bearer_credential
from support.front_door import FrontDoor, front_door
from support.oidc_issuer import AUDIENCE, OidcIssuer

WHOAMI = "/api/v1/whoami"


@pytest.mark.parametrize(
    ("header", "credential"),
    [
        ("Bearer x", "x"),
        ("bearer  x ", "x"),
        ("BEARER a b", "a b"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic x", None),
        ("x", None),
        ("", None),
    ],
)
def test_the_credential_in_a_header(header: str, credential: str | None) -> None:
    assert bearer_credential(header) == credential


async def test_a_good_key_and_a_wrong_one() -> None:
    async with front_door() as door:
        answer = await door.ask("GET", WHOAMI, "qd_viewer")
        assert (answer.status_code, answer.json()["name"]) == (200, "team-a/viewer")
        assert (await door.ask("GET", WHOAMI, "qd_installation")).json()["name"] == "admin"
        refusal = await door.ask("GET", WHOAMI, "qd_wrong")
    assert refusal.status_code == 401
    assert refusal.headers["www-authenticate"].startswith("Bearer")
    assert "qd_wrong" not in refusal.text


async def test_revoking_works_at_once() -> None:
    async with front_door() as door:
        assert (await door.ask("GET", WHOAMI, "qd_user")).status_code == 200
        entry = door.shelf.entries["team-a", "user"]
        door.shelf.put(dataclasses.replace(entry, revoked=True))
        refusal = await door.ask("GET", WHOAMI, "qd_user")
    assert refusal.status_code == 401
    assert "revoked" in refusal.json()["error"]["message"]


async def test_open_paths_need_nothing_and_look_at_nothing() -> None:
    async with front_door() as door:
        for path in ("/healthz", "/readyz"):
            assert (await door.ask("GET", path)).status_code == 200
            assert (await door.ask("GET", path, "qd_wrong")).status_code == 200
        assert door.events == []


async def test_wrong_keys_are_throttled_and_good_ones_from_there_are_not() -> None:
    async with front_door(failed_attempts=3) as door:
        statuses = [(await door.ask("GET", WHOAMI, f"qd_{n}")).status_code for n in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        throttled = await door.ask("GET", WHOAMI, "qd_x")
        assert throttled.headers["retry-after"] == "20"
        assert throttled.json()["error"]["code"] == "too_many_failed_attempts"
        assert (await door.ask("GET", WHOAMI, "qd_user")).status_code == 200
        door.clock.seconds = 20
        assert (await door.ask("GET", WHOAMI, "qd_x")).status_code == 401


async def test_asking_without_a_key_is_no_attempt() -> None:
    async with front_door(failed_attempts=1) as door:
        for _ in range(5):
            assert (await door.ask("GET", WHOAMI)).status_code == 401
        assert (await door.ask("GET", WHOAMI, "qd_x")).status_code == 401
        assert (await door.ask("GET", WHOAMI, "qd_x")).status_code == 429


async def test_failures_are_on_record_but_do_not_fill_it() -> None:
    async with front_door() as door:
        for number in range(12):
            await door.ask("POST", "/v1/chat/completions", f"qd_secret-{number}")
        assert len(door.events) == 5
        event = door.events[0]
        assert (event.action, event.actor) == ("authentication.failed", "")
        assert event.address == "192.0.2.1"
        assert event.subject == "POST /v1/chat/completions"
        assert event.request_id.startswith("req_")
        assert event.at == "2026-01-02T03:04:05.000Z"
        assert event.detail == {"reason": "wrong credential"}
    assert door.events[-1].detail["repeated"] == 7
    assert not any("secret" in event.model_dump_json() for event in door.events)


@pytest.mark.parametrize(
    ("trusted", "address"),
    [((), "10.0.0.9"), ((ip_network("10.0.0.0/8"),), "198.51.100.7")],
)
async def test_the_client_behind_a_proxy(trusted: tuple[object, ...], address: str) -> None:
    options: dict[str, Any] = {"failed_attempts": 1, "trusted_proxies": trusted}
    async with front_door(client=("10.0.0.9", 1), **options) as door:
        headers = {"x-forwarded-for": "198.51.100.7"}
        answer = await door.ask("GET", WHOAMI, "qd_user", headers=headers)
        assert answer.json()["address"] == address
        await door.ask("GET", WHOAMI, "qd_x", headers=headers)
        assert door.events[0].address == address
        other = {"x-forwarded-for": "198.51.100.8"}
        expected = 401 if trusted else 429
        assert (await door.ask("GET", WHOAMI, "qd_x", headers=other)).status_code == expected


async def test_before_keys_are_known_it_says_come_back(caplog: pytest.LogCaptureFixture) -> None:
    async with front_door() as door:
        door.shelf.synced = False
        answer = await door.ask("GET", WHOAMI, "qd_new")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert door.events == []


async def with_issuer(issuer: OidcIssuer, door: FrontDoor) -> None:
    good = await door.ask("GET", "/v1/models", issuer.token())
    assert good.status_code == 200
    assert good.json()["name"].endswith("/joe")
    viewer = issuer.token(quarterdeck_role=str(Role.VIEWER))
    assert (await door.ask("POST", "/v1/chat/completions", viewer)).status_code == 403
    elsewhere = await door.ask("GET", "/api/v1/agents/team-b/bot", issuer.token())
    assert elsewhere.status_code == 404
    without = issuer.token(quarterdeck_role=None)
    assert (await door.ask("GET", WHOAMI, without)).status_code == 403
    assert (await door.ask("GET", WHOAMI, issuer.token(aud="x"))).status_code == 401
    assert (await door.ask("GET", WHOAMI, "qd_user")).status_code == 200
    assert (await door.ask("GET", WHOAMI, "qd_wrong")).status_code == 401


async def test_tokens_of_an_issuer_beside_keys() -> None:
    async with (
        OidcIssuer() as issuer,
        front_door(
            oidc_issuer=issuer.url,
            oidc_audience=AUDIENCE,
            # The door's clock stands still in January; the issuer's does not.
            oidc_leeway_seconds=300,
            allowed_networks="127.0.0.0/8",
        ) as door,
    ):
        door.clock.seconds = _now_of(issuer) - door.clock.now().timestamp()
        await with_issuer(issuer, door)


def _now_of(issuer: OidcIssuer) -> float:
    moment: float = issuer.claims()["iat"]
    return moment
