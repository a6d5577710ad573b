"""API keys by command: made, edited, rotated, revoked, against an instance with a priced agent."""

import json
from functools import partial

from support.cli_shop import SHOP, answers, chat, create, in_shop, is_refused, rows_of
from support.standalone import CHAT_USD, Standalone, api_key, as_yaml, wait_for

from .conftest import Cli


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
