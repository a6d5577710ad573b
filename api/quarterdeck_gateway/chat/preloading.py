"""Loads the tokenizer before a chat has to wait for it: as soon as anything is declared that counts
tokens. Where nothing is, its 60 MB are never spent.
"""

from quarterdeck_gateway.catalogue.port import Catalogue, EventType, Manifest
from quarterdeck_gateway.chat.counting import load


def load_when_needed(catalogue: Catalogue) -> None:
    """Load it now, or when the first Budget or limit of tokens appears."""
    keys = catalogue.keys()
    if catalogue.budgets() or any(_limits_tokens(key.manifest) for key in keys):
        load()
    else:
        catalogue.subscribe(_look)


def _look(event_type: EventType, manifest: Manifest) -> None:
    if event_type != "DELETED" and (manifest.get("kind") == "Budget" or _limits_tokens(manifest)):
        load()


def _limits_tokens(manifest: Manifest) -> bool:
    limit = (manifest.get("spec") or {}).get("rateLimit") or {}
    return "tokensPerMinute" in limit
