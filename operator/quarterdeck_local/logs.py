"""Where the planes' structured logs go when they share a terminal with a person: into a file."""

import logging
import logging.handlers
from pathlib import Path
from typing import Final

import structlog

from quarterdeck_local.errors import CannotStart

LOG_FILE: Final = "quarterdeck.log"
_MAX_BYTES: Final = 5 * 1024 * 1024


def log_to(directory: Path) -> None:
    """Send structlog and the standard library's logging to a file, one JSON object a line.

    Raises CannotStart when the file cannot be written.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    try:
        handler = logging.handlers.RotatingFileHandler(
            directory / LOG_FILE, maxBytes=_MAX_BYTES, backupCount=1
        )
    except OSError as exc:
        raise CannotStart(f"cannot write {directory / LOG_FILE}: {exc.strerror}") from exc
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
