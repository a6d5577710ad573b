"""The OpenAPI document without a gateway that serves it: what generated clients are made from.

It comes from the same composition as a real gateway's, over stores that nobody ever asks, so it
cannot differ from what is served.
"""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import structlog
from pydantic import SecretStr

from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.composition import open_gateway
from quarterdeck_gateway.routing.registry import MemoryRegistry
from quarterdeck_gateway.settings import Settings

_NO_SECRET: Final = SecretStr("of a gateway that serves nobody")


def openapi_document() -> dict[str, Any]:
    """The document as ``/openapi.json`` answers it. Call it without a running event loop."""
    with TemporaryDirectory(prefix="quarterdeck-openapi-") as folder:
        return asyncio.run(_document(Path(folder)))


def write_openapi(path: Path) -> None:
    """Write the document as a file that can be compared: sorted and indented."""
    # What a gateway says about stores that are not there is of no interest here.
    with structlog.testing.capture_logs():
        document = openapi_document()
    path.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


async def _document(folder: Path) -> dict[str, Any]:
    settings = Settings(
        admin_key_hash="0" * 64,
        key_pepper=SecretStr(_NO_SECRET.get_secret_value() * 2),
        redis_url=SecretStr(f"unix://{folder}/nobody.sock"),
        database_url=SecretStr(f"sqlite:///{folder}/empty.db"),
        spool_directory=folder / "spool",
        migrate_on_start=True,
        oidc_issuer="",
        alert_webhook_url="",
    )
    catalogue = EventCatalogue(settings.system_namespace, synced=True)
    writer = MemoryWriter(catalogue.observe)
    async with open_gateway(settings, MemoryRegistry([]), catalogue, writer, alone=True) as gateway:
        app = create_app(settings, gateway.services, management=gateway.management)
        document: dict[str, Any] = app.openapi()
        return document
