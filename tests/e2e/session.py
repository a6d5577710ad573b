"""A person's browser at the web UI: signed in by a cookie, everything through one address."""

from typing import Any, Final

import httpx

SESSION: Final = "/api/v1/session"


def browser(front: str) -> httpx.Client:
    """A client with the headers of a page of ``front`` itself; not signed in yet."""
    headers = {"Origin": front, "Sec-Fetch-Site": "same-origin"}
    return httpx.Client(base_url=front, headers=headers, timeout=120)


def sign_in(client: httpx.Client, key: str) -> httpx.Response:
    """Give the key once; from then on the cookie speaks."""
    return client.post(SESSION, json={"key": key})


def question(model: str, **options: Any) -> dict[str, Any]:
    """The body of a chat."""
    return {"model": model, "messages": [{"role": "user", "content": "Say hello."}], **options}
