"""The manifests folder: what stands in it runs, what leaves it goes.

A mistake stops nothing else: every flaw is reported with file, document and field, the other
documents apply, and what the flawed one said before keeps running until it is mended or removed.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable
from pathlib import Path
from typing import Final

from watchfiles import awatch

from quarterdeck_cli.documents import Document, Flaw, read
from quarterdeck_local.errors import Invalid, NotFound, StoreError
from quarterdeck_local.intake import Intake
from quarterdeck_operator.cluster.port import ObjectKey

SUFFIXES: Final = (".yaml", ".yml")
_DEBOUNCE_MS: Final = 200
_TURN_MS: Final = 2000
"""Until it is said that nothing has changed."""

Report = Callable[[str], None]
"""Told one line about each new flaw, and about each that is gone."""


class ManifestsFolder:
    """Applies a folder through the intake, now and whenever it changes."""

    def __init__(self, directory: Path, intake: Intake, report: Report) -> None:
        self._directory = directory
        self._intake = intake
        self._report = report
        self._held: dict[str, set[ObjectKey]] = {}
        self._flaws: list[str] = []

    async def watch(self) -> None:
        """Follow the folder until cancelled."""
        # Between the first load and the first watch something may have changed.
        unwatched = True
        async for changes in self._changes():
            if changes or unwatched:
                self.load()
            unwatched = False

    def load(self) -> None:
        """Make the store say what the folder says."""
        if not self._directory.is_dir():
            self._tell([f"{self._directory}: the folder is gone; its objects keep running"])
            return
        flaws: list[str] = []
        held: dict[str, set[ObjectKey]] = {}
        for path in sorted(self._files()):
            held[str(path)] = self._load_file(path, held, flaws)
        self._forget(_all(self._held.values()) - _all(held.values()), flaws)
        self._held = held
        self._tell(flaws)

    def _changes(self) -> AsyncIterator[Collection[object]]:
        """What has changed, each time; empty whenever nothing has for a turn."""
        return awatch(
            self._directory,
            watch_filter=lambda _change, path: path.endswith(SUFFIXES),
            debounce=_DEBOUNCE_MS,
            step=_DEBOUNCE_MS // 4,
            recursive=False,
            rust_timeout=_TURN_MS,
            yield_on_timeout=True,
        )

    def _files(self) -> Iterable[Path]:
        for path in self._directory.iterdir():
            if path.suffix in SUFFIXES and not path.name.startswith(".") and path.is_file():
                yield path

    def _load_file(
        self, path: Path, held: dict[str, set[ObjectKey]], flaws: list[str]
    ) -> set[ObjectKey]:
        """Apply one file; the objects that stand in it, or stood there before it broke."""
        before = self._held.get(str(path), set())
        try:
            documents = read(path.read_text(), str(path))
        except (OSError, UnicodeDecodeError) as exc:
            flaws.append(f"{path}: cannot be read: {exc}")
            return before
        keys: set[ObjectKey] = set()
        for document in documents:
            key = None if isinstance(document, Flaw) else _key(document)
            if isinstance(document, Flaw) or key is None:
                flaws.append(_nameless(document))
                keys |= before
            elif key in keys or key in _all(held.values()):
                flaws.append(f"{document}: stands in the folder twice: this one is left out")
            else:
                keys.add(key)
                flaws += self._follow(document)
        return keys

    def _follow(self, document: Document) -> list[str]:
        try:
            self._intake.follow(document.manifest, str(document.place))
        except Invalid as exc:
            return [f"{document}: {error}" for error in exc.errors]
        except StoreError as exc:
            return [f"{document}: {exc}"]
        return []

    def _forget(self, gone: set[ObjectKey], flaws: list[str]) -> None:
        for key in sorted(gone):
            try:
                self._intake.delete(key)
            except NotFound:
                continue
            except StoreError as exc:
                flaws.append(f"{key}: {exc}")

    def _tell(self, flaws: list[str]) -> None:
        """Only what is new: the folder is read whole whenever any file changes."""
        for flaw in flaws:
            if flaw not in self._flaws:
                self._report(flaw)
        if self._flaws and not flaws:
            self._report(f"{self._directory}: every manifest is good now")
        self._flaws = flaws


def _all(sets: Iterable[set[ObjectKey]]) -> set[ObjectKey]:
    return set().union(*sets)


def _key(document: Document) -> ObjectKey | None:
    metadata = document.manifest.get("metadata")
    kind = document.manifest.get("kind")
    if not kind or not isinstance(metadata, dict) or not metadata.get("name"):
        return None
    return ObjectKey(str(kind), str(metadata.get("namespace", "default")), str(metadata["name"]))


def _nameless(document: Document | Flaw) -> str:
    if isinstance(document, Flaw):
        return str(document)
    return f"{document}: kind and metadata.name: Required value"
