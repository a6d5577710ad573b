"""Logs for machines in a cluster, for eyes at a terminal; the server speaks the same form.

One line is written per chat, so lines of JSON go from orjson straight to the output, without the
standard library's records in between; what that library logs is brought into the same form.
"""

import logging
import sys
from typing import Any, Final

import orjson
import structlog

_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure_logging(level: str) -> None:
    """Sets up structlog and the standard library's logging; call once, at the start."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_for_eyes() if sys.stdout.isatty() else _for_machines()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=level.upper(), handlers=[ForeignHandler()], force=True)


class ForeignHandler(logging.Handler):
    """Passes the standard library's records on to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        structlog.get_logger().log(record.levelno, record.getMessage(), **fields)


def _for_eyes() -> list[structlog.typing.Processor]:
    return [structlog.dev.ConsoleRenderer()]


def _for_machines() -> list[structlog.typing.Processor]:
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(lambda event, **_: orjson.dumps(event, str).decode()),
    ]
