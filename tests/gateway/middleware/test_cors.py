"""Pages of named origins may read answers; all others may not, and keys never come by cookie."""

import pytest

from quarterdeck_gateway.middleware.cors import cors
from support.front_door import front_door

ORIGIN = "https://console.example.com"
WHOAMI = "/api/v1/whoami"


def preflight(origin: str, method: str = "POST", headers: str = "authorization") -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": headers,
    }


async def test_none_by_default() -> None:
    async with front_door() as door:
        answer = await door.ask("GET", WHOAMI, "qd_viewer", headers={"origin": ORIGIN})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert (await door.ask("OPTIONS", WHOAMI, headers=preflight(ORIGIN))).status_code == 401


async def test_a_named_origin() -> None:
    async with front_door(cors_origins=(ORIGIN,)) as door:
        for key, status in (("qd_viewer", 200), ("qd_wrong", 401)):
            answer = await door.ask("GET", WHOAMI, key, headers={"origin": ORIGIN})
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert "x-ratelimit-remaining-tokens" in answer.headers["access-control-expose-headers"]
            assert "access-control-allow-credentials" not in answer.headers
        allowed = await door.ask("OPTIONS", WHOAMI, headers=preflight(ORIGIN))
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == ORIGIN
        assert allowed.headers["access-control-max-age"] == "600"
        assert allowed.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://console.example.com",
        "https://console.example.com.evil.example",
        "https://console.example.com:444",
        "null",
    ],
)
async def test_every_other_origin(origin: str) -> None:
    async with front_door(cors_origins=(ORIGIN,)) as door:
        refused = await door.ask("OPTIONS", WHOAMI, headers=preflight(origin))
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers
        answer = await door.ask("GET", WHOAMI, "qd_viewer", headers={"origin": origin})
        assert "access-control-allow-origin" not in answer.headers


async def test_what_a_page_may_not_ask_for() -> None:
    async with front_door(cors_origins=(ORIGIN,)) as door:
        for asked in (preflight(ORIGIN, "TRACE"), preflight(ORIGIN, headers="x-worker-token")):
            assert (await door.ask("OPTIONS", WHOAMI, headers=asked)).status_code == 400


@pytest.mark.parametrize(
    "origin", ["*", "null", "example.com", "https://*.example.com", "https://x/", "ftp://x"]
)
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ValueError, match="QUARTERDECK_CORS_ORIGINS"):
        cors([origin])
