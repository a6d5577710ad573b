import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_cli.documents import Document, Flaw, read


def test_documents_are_numbered_as_people_count_them() -> None:
    found = read("# a comment\n---\nkind: A\n---\n---\nkind: B\n", "a.yaml")
    assert [str(each) for each in found] == [
        "a.yaml: document 1 (A/?)",
        "a.yaml: document 3 (B/?)",
    ]


def test_a_list_is_its_items() -> None:
    text = "kind: List\nitems:\n- kind: A\n  metadata: {name: a}\n- 5\n"
    good, bad = read(text, "a.yaml")
    assert str(good) == "a.yaml: document 1 (A/a)"
    assert "not an object" in str(bad)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: A\n---\nkind: [\n", "document 2: not valid YAML: line 4"),
        ("kind: A\nkind: B\n", 'document 1: not valid YAML: line 2, column 1: key "kind" stands'),
        ("a: !!python/object/apply:os.getcwd []\n", "document 1: not valid YAML"),
        ("- a\n", "document 1: not an object"),
        ("text", "document 1: not an object"),
        ("a: *unknown", "document 1: not valid YAML"),
        ("? {a: b}\n: c", "document 1: not valid YAML"),
    ],
)
def test_what_cannot_be_read_is_placed(text: str, words: str) -> None:
    flaw = read(text, "a.yaml")[-1]
    assert isinstance(flaw, Flaw)
    assert words in str(flaw)


def test_documents_before_a_syntax_error_are_still_read() -> None:
    good, flaw = read("kind: A\n---\nkind: [\n", "a.yaml")
    assert isinstance(good, Document)
    assert isinstance(flaw, Flaw)


def test_dates_stay_text_and_merges_work() -> None:
    text = "a: 2026-01-01\nb: &b {c: 1}\nd: {<<: *b, c: 2}\n"
    (found,) = read(text, "a.yaml")
    assert isinstance(found, Document)
    assert found.manifest == {"a": "2026-01-01", "b": {"c": 1}, "d": {"c": 2}}


def test_json_is_yaml() -> None:
    (found,) = read('{"kind": "A"}', "a.json")
    assert isinstance(found, Document)


@given(st.text(max_size=200))
def test_no_text_makes_it_stumble(text: str) -> None:
    for found in read(text, "a.yaml"):
        assert str(found).startswith("a.yaml: document ")
