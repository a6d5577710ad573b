"""Keys, money and the audit log by command, against an instance with a priced agent."""

import csv
import io
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import openai
import pytest

from support.provider_process import Provider, running_provider
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

from .conftest import Cli

MESSAGES: Any = [{"role": "user", "content": "hi"}]
SHOP = ("-n", "shop")


def in_shop(manifest: dict[str, Any]) -> dict[str, Any]:
    return manifest | {"metadata": manifest["metadata"] | {"namespace": "shop"}}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture(scope="module")
def shop(laptop: Standalone, provider: Provider) -> Iterator[Standalone]:
    """The agent ``demo`` of the namespace ``shop``, ready, with a budget of one hundred USD."""
    manifests = [model(url=provider.url, price=PRICE), agent(), budget()]
    laptop.apply(*map(in_shop, manifests))
    wait_for(partial(answers, laptop, laptop.key), "the agent answers", laptop.said)
    yield laptop
    for kind, name in (("agent", "demo"), ("model", "demo-model"), ("budget", "all")):
        laptop.run("delete", kind, name, *SHOP)


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


def create(here: Cli, name: str, *options: str) -> str:
    done = here("keys", "create", name, *SHOP, "--owner", "ann", *options)
    assert (done.code, done.err.count("\n")) == (0, 1), done.err
    return done.out.strip()


def rows_of(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()]


def test_a_key_is_printed_alone_and_works_until_it_is_revoked(here: Cli, shop: Standalone) -> None:
    done = here("keys", "create", "one", *SHOP, "--owner", "ann", "--expires", "90d")
    assert done.err.startswith("apikey/one created in namespace shop. Keep the key")
    assert done.out.startswith("qd_")
    key = done.out.strip()
    assert " " not in key
    assert chat(shop, key) == CHAT_USD
    again = here("keys", "create", "one", *SHOP, "--owner", "ann")
    assert (again.code, again.out) == (1, "")
    assert "choose another name" in again.err
    assert here("keys", "revoke", "one", *SHOP).out == "apikey/one revoked\n"
    assert is_refused(shop, key)
    listed = here("keys", "list", *SHOP).out
    assert rows_of(listed)[1][:5] == ["shop", "one", "no", "ann", "user"]
    assert key[:7] in listed
    assert key not in listed


def test_keys_as_json(here: Cli, shop: Standalone) -> None:
    options = ("--team", "red", "--concurrency", "2", "--agent", "demo", "-o", "json")
    made = json.loads(here("keys", "create", "two", *SHOP, "--owner", "ann", *options).out)
    assert (made["key"]["team"], made["key"]["agents"]) == ("red", ["demo"])
    assert made["key"]["rate_limit"]["concurrency"] == 2
    assert chat(shop, made["secret"]) == CHAT_USD
    listed = here("keys", "list", *SHOP, "-o", "json").out
    assert "two" in [each["name"] for each in json.loads(listed)["items"]]
    assert made["secret"] not in listed


def test_a_key_is_edited_and_works_on(here: Cli, shop: Standalone) -> None:
    options = ("--expires", "1h", "--requests-per-minute", "60", "--concurrency", "2")
    key = create(here, "edited", *options)
    edit = partial(here, "keys", "edit", "edited", *SHOP)
    done = edit("--owner", "bob", "--expires", "never", "--concurrency", "0")
    assert (done.code, done.out) == (0, "apikey/edited changed\n"), done.err
    told = json.loads(edit("--tokens-per-minute", "9000", "-o", "json").out)
    assert (told["owner"], told["expires_at"]) == ("bob", None)
    limits = {"requestsPerMinute": 60, "tokensPerMinute": 9000, "concurrency": None}
    assert told["rate_limit"] == limits
    assert chat(shop, key) == CHAT_USD
    nothing = edit()
    assert (nothing.code, nothing.out) == (2, "")
    assert "say what to change" in nothing.err
    past = edit("--expires", "2020-01-01")
    assert past.code == 1
    assert "in the past" in past.err


def test_a_key_of_the_manifests_folder_is_edited_by_force(here: Cli, shop: Standalone) -> None:
    def owners() -> list[str]:
        listed = json.loads(here("keys", "list", *SHOP, "-o", "json").out)["items"]
        return [each["owner"] for each in listed if each["name"] == "five"]

    declared = shop.folder / "m" / "five.yaml"
    declared.write_text(as_yaml(in_shop(api_key("five"))))
    wait_for(lambda: bool(owners()), "the key of the folder is known", shop.said)
    edit = partial(here, "keys", "edit", "five", *SHOP, "--owner", "bob")
    refused = edit()
    assert refused.code == 1
    assert "five.yaml" in refused.err
    assert "repeat with force=true" in refused.err
    assert edit("--force").code == 0
    assert owners() == ["bob"]
    declared.unlink()
    wait_for(lambda: not owners(), "the key of the folder is gone", shop.said)


def test_rotation_gives_a_new_key_and_ends_the_old_one(here: Cli, shop: Standalone) -> None:
    old = create(here, "three")
    rotated = here("keys", "rotate", "three", *SHOP, "--overlap", "1h")
    new = rotated.out.strip()
    assert new != old
    assert "shown only now" in rotated.err
    assert chat(shop, new) == chat(shop, old) == CHAT_USD
    newest = json.loads(
        here("keys", "rotate", "three", *SHOP, "--overlap", "0m", "-o", "json").out
    )["secret"]
    assert chat(shop, newest) == CHAT_USD
    assert is_refused(shop, new)


def test_a_key_by_manifest_is_read_on_the_laptop(here: Cli, shop: Standalone) -> None:
    here("apply", "-f", "-", stdin=as_yaml(in_shop(api_key("four"))))
    wait_for(lambda: here("keys", "show", "four", *SHOP).code == 0, "the key is there")
    old = here("keys", "show", "four", *SHOP).out.strip()
    assert chat(shop, old) == CHAT_USD
    rotated = here("keys", "rotate", "four", *SHOP)
    assert "quarterdeck keys show four -n shop" in rotated.out
    wait_for(lambda: here("keys", "show", "four", *SHOP).out.strip() != old, "there is a new key")
    wait_for(lambda: answers(shop, here("keys", "show", "four", *SHOP).out.strip()), "it works")
    here("delete", "apikey", "four", *SHOP)
    gone = here("keys", "show", "four", *SHOP)
    assert (gone.code, gone.out) == (1, "")
    assert "kubectl -n shop get secret apikey-four" in gone.err


def test_budgets_show_their_progress(here: Cli, shop: Standalone) -> None:
    assert answers(shop, shop.key)
    wait_for(lambda: spent(here) > 0, "something is spent")
    head, row = rows_of(here("budgets", *SHOP).out)
    assert head[:3] == ["NAMESPACE", "NAME", "SCOPE"]
    assert row[:4] == ["shop", "all", "Namespace", "month"]
    assert "░" * 19 in "".join(row)
    assert row[-1] == "Enforced"
    assert "no budgets" in here("budgets", "-n", "empty").out


def spent(here: Cli) -> float:
    (only,) = json.loads(here("budgets", *SHOP, "-o", "json").out)["items"]
    return float(only["spent_usd"])


def test_a_spent_budget_is_told(here: Cli, shop: Standalone) -> None:
    tight = budget("tight", amountUSD=0.001, scope={"kind": "Key", "name": "five"})
    here("apply", "-f", "-", stdin=as_yaml(in_shop(tight)))
    key = create(here, "five")
    wait_for(lambda: not answers(shop, key), "the budget is in force")
    with pytest.raises(openai.APIStatusError) as refused:
        chat(shop, key)
    assert refused.value.status_code == 402
    assert here("delete", "budget", "tight", *SHOP).code == 0
    wait_for(partial(answers, shop, key), "chats go on without it")


def test_a_budget_with_too_little_left_says_so_wherever_one_looks(
    here: Cli, shop: Standalone
) -> None:
    create(here, "unused")
    tiny = budget("tiny", amountUSD=0.000001, scope={"kind": "Key", "name": "unused"})
    here("apply", "-f", "-", stdin=as_yaml(in_shop(tiny)))

    def row(*command: str) -> str:
        return next((line for line in here(*command, *SHOP).out.splitlines() if "tiny" in line), "")

    try:
        wait_for(lambda: "TooLittleLeft" in row("get", "budgets"), "its status tells")
        assert "TooLittleLeft" in row("budgets")
        told = here("describe", "budget", "tiny", *SHOP).out
        assert "0.000001 USD are left and every chat sets aside" in told
    finally:
        here("delete", "budget", "tiny", *SHOP)


def test_costs_and_usage_are_in_dollars(here: Cli, shop: Standalone) -> None:
    key = create(here, "six")
    assert chat(shop, key) == chat(shop, key) == CHAT_USD

    def summed() -> list[dict[str, Any]]:
        done = here("costs", *SHOP, "--key", "shop/six", "--by", "key", "--by", "day", "-o", "json")
        items: list[dict[str, Any]] = json.loads(done.out)["items"]
        return items

    wait_for(lambda: [each["calls"] for each in summed()] == [2], "two calls are in the ledger")
    (only,) = summed()
    assert (only["cost_usd"], only["input_tokens"], only["output_tokens"]) == ("0.042000", 22, 8)
    table = here("costs", *SHOP, "--key", "shop/six").out
    assert [row[:1] + row[-4:] for row in rows_of(table)] == [
        ["AGENT", "CALLS", "IN", "OUT", "USD"],
        ["demo", "2", "22", "8", "0.042000"],
        ["TOTAL", "2", "22", "8", "0.042000"],
    ]
    as_csv = here("costs", *SHOP, "--key", "shop/six", "-o", "csv").out
    one, total = csv.DictReader(io.StringIO(as_csv))
    assert (one["agent"], one["cost_usd"], one["calls"]) == ("demo", "0.042000", "2")
    assert ("total" in total.values(), total["cost_usd"]) == (True, "0.042000")
    single = rows_of(here("usage", *SHOP, "--key", "shop/six").out)
    assert len(single) == 3
    assert single[1][1:] == [
        "shop", "demo", "shop/six", "demo-model", "completed", "200", "11", "4", CHAT_USD,
        single[1][-1],
    ]  # fmt: skip
    assert "no chats in that time" in here("usage", *SHOP, "--key", "shop/nobody").out
    assert "nothing was spent" in here("costs", *SHOP, "--until", "20d").out


def test_the_audit_log_tells_who_did_what_and_no_secret(here: Cli, shop: Standalone) -> None:
    key = create(here, "seven")
    found = json.loads(here("audit", *SHOP, "--action", "key.created", "-o", "json").out)["items"]
    (event,) = [each for each in found if each["subject"].endswith("/seven")]
    assert event["actor"] == "admin"
    assert event["address"] == "127.0.0.1"
    table = here("audit", "--limit", "1000")
    assert rows_of(table.out)[0] == [
        "SEQ", "AT", "ACTION", "ACTOR", "ADDRESS", "NAMESPACE", "SUBJECT",
    ]  # fmt: skip
    everything = here("audit", "--limit", "1000", "-o", "json").out
    assert "key.created" in table.out
    for secret in (key, shop.key):
        assert secret not in table.out + everything
    verified = here("audit", "verify")
    assert verified.code == 0
    assert verified.out.startswith("the audit log is whole: ")
    assert json.loads(here("audit", "verify", "-o", "json").out)["ok"] is True


def test_get_and_describe_know_the_new_kinds(here: Cli, shop: Standalone) -> None:
    create(here, "eight")
    assert "eight" in here("get", "apikeys", *SHOP).out
    wait_for(lambda: spent(here) > 0, "something is spent")
    wait_for(lambda: "spentUSD: " in here("describe", "budget", "all", *SHOP).out, "it is told")
    told = here("describe", "apikey", "eight", *SHOP).out
    assert "owner: ann" in told
    assert "hint: qd_" in told


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["costs", "--since", "yesterday"], 2, '"yesterday" is neither a duration (7d) nor a date'),
        (["costs", "--by", "colour"], 2, "colour"),
        (["usage", "--limit", "0"], 2, "limit"),
        (["keys", "rotate", "nobody", "--overlap", "soon"], 2, '"soon" is no duration'),
        (["keys", "rotate", "nobody"], 1, "There is no ApiKey 'nobody' in the namespace 'default'"),
        (["keys", "revoke", "nobody"], 1, "There is no ApiKey 'nobody' in the namespace 'default'"),
        (["keys", "show", "nobody"], 1, "no key of apikey/nobody"),
        (["keys", "create", "Bad Name", "--owner", "ann"], 1, "name"),
        (["keys", "create", "x", "--owner", "ann", "--expires", "2020-01-01"], 1, "in the past"),
        (["keys", "create", "x"], 2, "--owner"),
        (["keys", "create", "x", "--owner", "a", "--enter", "*"], 1, "namespaces is only for keys"),
    ],
)
def test_mistakes_are_told_readably(
    here: Cli, shop: Standalone, arguments: list[str], code: int, words: str
) -> None:
    done = here(*arguments)
    assert done.code == code, done.err
    assert done.out == ""
    assert words in done.err
    assert "Traceback" not in done.err
