"""Fixtures: a provider in a process of its own, and ``quarterdeck up`` in an empty folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.provider_process import Provider, running_provider
from support.standalone import Standalone


@pytest.fixture(scope="session")
def provider_process() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(provider_process: Provider) -> Provider:
    provider_process.forget()
    return provider_process


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[Standalone]:
    with Standalone(tmp_path) as laptop:
        yield laptop
