"""Every answer, also a refusal, says what it is not."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from quarterdeck_gateway.middleware.security_headers import api_headers
from support.front_door import front_door

EXPECTED = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=63072000",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def test_the_headers() -> None:
    assert {name.decode(): value.decode() for name, value in api_headers()} == EXPECTED


async def test_they_stand_on_answers_and_refusals() -> None:
    async with front_door() as door:
        for key, status in (("qd_viewer", 200), ("qd_wrong", 401)):
            answer = await door.ask("GET", "/api/v1/whoami", key)
            assert answer.status_code == status
            assert answer.headers["x-request-id"]
            assert EXPECTED.items() <= dict(answer.headers).items()
            assert "server" not in answer.headers


async def test_an_endpoint_may_say_otherwise() -> None:
    async def page(_request: Request) -> Response:
        headers = {"Cache-Control": "max-age=60", "content-security-policy": "default-src 'self'"}
        return PlainTextResponse("", headers=headers)

    async with front_door(page) as door:
        answer = await door.ask("GET", "/healthz")
    assert answer.headers.get_list("cache-control") == ["max-age=60"]
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert answer.headers["x-frame-options"] == "DENY"
