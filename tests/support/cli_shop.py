"""What tests of commands about keys and money do with an agent that costs something."""

from typing import Any, Final

import openai

from support.standalone import CHAT_USD, Standalone

MESSAGES: Any = [{"role": "user", "content": "hi"}]
SHOP: Final = ("-n", "shop")


def in_shop(manifest: dict[str, Any]) -> dict[str, Any]:
    return manifest | {"metadata": manifest["metadata"] | {"namespace": "shop"}}


def chat(shop: Standalone, key: str) -> str:
    with shop.openai(key=key, max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(model="shop/demo", messages=MESSAGES)
        return raw.headers["x-quarterdeck-cost"]


def answers(shop: Standalone, key: str) -> bool:
    try:
        return chat(shop, key) == CHAT_USD
    except openai.APIStatusError:
        return False


def is_refused(shop: Standalone, key: str) -> bool:
    try:
        chat(shop, key)
    except openai.AuthenticationError:
        return True
    return False


def rows_of(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()]


def create(here: Any, name: str, *options: str) -> str:
    done = here("keys", "create", name, *SHOP, "--owner", "ann", *options)
    assert (done.code, done.err.count("\n")) == (0, 1), done.err
    return str(done.out).strip()
