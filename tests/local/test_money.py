"""Keys and budgets of one laptop, over restarts, crashes and the death of its Valkey."""

import shutil
import signal
from functools import partial
from typing import Any

import openai
import pytest

from support.provider_process import Provider
from support.standalone import (
    CHAT_USD,
    PRICE,
    Standalone,
    agent,
    api_key,
    as_yaml,
    budget,
    model,
    wait_for,
)

MESSAGES: Any = [{"role": "user", "content": "hi"}]


@pytest.fixture
def shop(standalone: Standalone, provider: Provider) -> Standalone:
    """Runs from a folder with a priced agent, a key and a budget."""
    manifests = standalone.folder / "m"
    manifests.mkdir()
    priced = model(url=provider.url, price=PRICE)
    (manifests / "shop.yaml").write_text(as_yaml(priced, agent(), api_key(), budget()))
    start(standalone)
    return standalone


def start(shop: Standalone) -> None:
    shop.start("--manifests", "m")
    shop.wait_ready("demo")


def issued_key(shop: Standalone) -> str:
    done = shop.run("keys", "show", "app")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def chat(shop: Standalone, key: str) -> str:
    with shop.openai(key=key, max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(model="demo", messages=MESSAGES)
        return raw.headers["x-quarterdeck-cost"]


def spent(shop: Standalone) -> str:
    with shop.openai() as client:
        listed = client.get("/../api/v1/budgets", cast_to=object)
    assert isinstance(listed, dict)
    (only,) = listed["items"]
    return str(only["spent_usd"])


def wait_spent(shop: Standalone, usd: str) -> None:
    wait_for(lambda: spent(shop) == usd, f"{usd} USD are spent", partial(spent, shop))


def test_keys_and_spending_outlive_every_end(shop: Standalone) -> None:
    key = issued_key(shop)
    assert chat(shop, key) == CHAT_USD
    wait_spent(shop, "0.021000")
    assert shop.stop(signal.SIGTERM) == 0
    assert not shop.orphans()

    start(shop)
    assert issued_key(shop) == key
    wait_spent(shop, "0.021000")
    assert chat(shop, key) == CHAT_USD
    assert shop.process is not None
    shop.process.kill()
    shop.process.wait()
    wait_for(lambda: not shop.orphans(), "no process is left")

    # Whatever Valkey forgets is in the ledger.
    shutil.rmtree(shop.home / "valkey")
    start(shop)
    assert chat(shop, key) == CHAT_USD
    wait_spent(shop, "0.063000")
    killed_valkey(shop, key)


def killed_valkey(shop: Standalone, key: str) -> None:
    """A budget that cannot be asked lets nobody in; it is back by itself."""
    valkey = shop.valkey()
    # Dead, it would soon be back: before a busy machine has asked.
    valkey.suspend()
    try:
        with pytest.raises(openai.InternalServerError) as refused:
            chat(shop, key)
        assert refused.value.status_code == 503
    finally:
        valkey.kill()
    wait_for(partial(answers, shop, key), "chats are answered again", shop.said)
    wait_spent(shop, "0.084000")


def answers(shop: Standalone, key: str) -> bool:
    try:
        return chat(shop, key) == CHAT_USD
    except openai.InternalServerError:
        return False


def test_a_key_goes_with_its_manifest(shop: Standalone) -> None:
    key = issued_key(shop)
    file = shop.home / "keys" / "default" / "app"
    assert file.stat().st_mode & 0o777 == 0o600
    refused = shop.run("keys", "revoke", "app")
    assert refused.returncode == 1
    assert "ApiKey 'app' stands in m/shop.yaml: document 3: change it there" in refused.stderr
    manifest = shop.folder / "m" / "shop.yaml"
    manifest.write_text(manifest.read_text().replace("owner: ann", "owner: ann\n  revoked: true"))
    wait_for(lambda: not answers_at_all(shop, key), "the key is refused", shop.said)
    told = shop.run("describe", "apikey", "app").stdout
    assert "Revoked" in told
    assert key not in told


def answers_at_all(shop: Standalone, key: str) -> bool:
    try:
        chat(shop, key)
    except openai.AuthenticationError:
        return False
    return True
