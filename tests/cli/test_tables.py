"""What others named things is shown, never obeyed."""

import json
import unicodedata
from typing import Any

import pytest

from quarterdeck_cli.tables import show_json, show_rows, text_of

ESCAPES = "x\x1b]0;pwned\x07\x1b[2J\x9b31mall\x7f good\u202e"


@pytest.mark.parametrize("value", [ESCAPES, [ESCAPES, "b"]])
def test_a_cell_holds_no_control_characters(value: Any) -> None:
    shown = text_of(value).plain
    assert not {"Cc", "Cf"} & {unicodedata.category(letter) for letter in shown}
    assert "pwned" in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("Ångström 日本", "Ångström 日本"), (None, ""), (True, "yes"), (["a", 1], "a, 1")],
)
def test_what_is_printable_stays(value: Any, shown: str) -> None:
    assert text_of(value).plain == shown


def test_nor_does_a_row_or_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"owner": ESCAPES}
    show_rows([row], {"owner": "owner"}, empty="none")
    show_json(row)
    written = capsys.readouterr().out
    assert {letter for letter in written if unicodedata.category(letter) == "Cc"} == {"\n"}
    document = written[written.index("{") :]
    assert json.loads(document) == row
