"""Nothing that is or looks like a secret leaves."""

import pytest

from quarterdeck_worker.scrubber import HIDDEN, Scrubber


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: s3cr3t-value.",
        "Authorization: Bearer abcdefghijk failed",
        "authorization: bearer abcdefghijk",
        "GET https://host/v1beta/models?key=abcdefghijk&alt=sse",
        "key sk-proj-abcdefghijk is wrong",
        "Incorrect API key provided: sk-abcdefghijk.",
        "AIzaSyabcdefghijk",
        "our own qd_abcdefghijk",
    ],
)
def test_secrets_go(text: str) -> None:
    scrubbed = Scrubber(["s3cr3t-value"])(text)

    assert HIDDEN in scrubbed
    assert "s3cr3t" not in scrubbed
    assert "abcdefghijk" not in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "the task-list is disk-bound",
        "Model primary is overloaded",
        "a bearer of bad news",
        "qd-manual/demo",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert Scrubber(["abc"])(text.replace("bad news", "x")) == text.replace("bad news", "x")


def test_a_secret_within_a_secret_goes_as_a_whole() -> None:
    assert Scrubber(["token", "token-long"])("see token-long") == f"see {HIDDEN}"
