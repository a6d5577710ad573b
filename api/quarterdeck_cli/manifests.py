"""Files, folders and stdin to judged documents; all good, or an error that tells every flaw."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from quarterdeck_cli.admission import admit, written
from quarterdeck_cli.documents import Document, Flaw, Manifest, read
from quarterdeck_cli.errors import BadManifests, NotFound
from quarterdeck_contract.validation import InvalidManifest

STDIN: Final = "-"
_SUFFIXES: Final = (".yaml", ".yml", ".json")


def load(sources: Sequence[str], *, recursive: bool) -> list[Manifest]:
    """The manifests of all sources as written, all judged good.

    Raises NotFound for a missing file, BadManifests with every flaw of every document.
    """
    found = [each for source in sources for each in _read(source, recursive)]
    flaws = [flaw for each in found for flaw in _flaws(each)]
    if flaws:
        raise BadManifests(flaws)
    if not found:
        raise NotFound(f"no manifests in {', '.join(sources)}")
    return [written(each.manifest) for each in found if isinstance(each, Document)]


def placed(manifest: Manifest, namespace: str) -> Manifest:
    """The manifest in its own namespace, or in ``namespace`` where it names none."""
    return manifest | {"metadata": {"namespace": namespace} | manifest["metadata"]}


def _read(source: str, recursive: bool) -> Iterator[Document | Flaw]:
    if source == STDIN:
        yield from read(sys.stdin.read(), "stdin")
        return
    for path in _files(Path(source), recursive):
        try:
            text = path.read_text()
        except (OSError, UnicodeDecodeError) as exc:
            raise NotFound(f"cannot read {path}: {exc}") from exc
        yield from read(text, str(path))


def _files(path: Path, recursive: bool) -> list[Path]:
    if path.is_dir():
        below = path.rglob("*") if recursive else path.iterdir()
        return sorted(each for each in below if each.suffix in _SUFFIXES and each.is_file())
    if not path.exists():
        raise NotFound(f"{path}: no such file or folder")
    return [path]


def _flaws(found: Document | Flaw) -> list[str]:
    if isinstance(found, Flaw):
        return [str(found)]
    try:
        admit(found.manifest)
    except InvalidManifest as exc:
        return [f"{found}: {error}" for error in exc.errors]
    return []
