"""Money and the audit log by command, against an instance with a priced agent."""

import csv
import io
import json
from functools import partial
from typing import Any

import openai
import pytest

from support.cli_shop import SHOP, answers, chat, create, in_shop, rows_of
from support.standalone import CHAT_USD, Standalone, as_yaml, budget, wait_for

from .conftest import Cli


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
        done = here("costs", *SHOP, "--key", "shop/six", "--by", "key", "-o", "json")
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
