"""The tokenizer is in memory exactly where something counts tokens. In processes of their own: it
never leaves one again."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.chat.preloading import load_when_needed
from support import declared

before, after = eval(sys.argv[1]), eval(sys.argv[2])
catalogue = EventCatalogue(synced=True)
for manifest in before:
    catalogue.observe("ADDED", manifest)
load_when_needed(catalogue)
for manifest in after:
    catalogue.observe("ADDED", manifest)
print("toktok" in sys.modules)
"""
BUDGET = "[declared.budget()]"
KEY = "[declared.api_key('a', 'qd_a', rateLimit={'tokensPerMinute': 5})]"
OTHERS = "[declared.model(), declared.api_key('b', 'qd_b', rateLimit={'requestsPerMinute': 5})]"


@pytest.mark.parametrize(
    ("before", "after", "loaded"),
    [(OTHERS, OTHERS, False), (BUDGET, "[]", True), ("[]", BUDGET, True), (OTHERS, KEY, True)],
)
def test_when_it_is_loaded(before: str, after: str, loaded: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, before, after],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip().splitlines()[-1] == str(loaded)
