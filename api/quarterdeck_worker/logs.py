"""Structured logs on standard error: JSON where a machine reads them, plain text on a terminal.

Every string passes the scrubber on its way out, tracebacks included.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from quarterdeck_worker.scrubber import Scrubber


def configure(
    level: str, log_format: str | None, scrub: Scrubber, stream: TextIO | None = None
) -> None:
    """Call once at start. ``log_format`` None means console on a terminal, else JSON."""
    out = stream if stream is not None else sys.stderr
    console = log_format == "console" or (log_format is None and out.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if console
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _scrubbing(scrub),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


def _scrubbing(scrub: Scrubber) -> Processor:
    def processor(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {k: scrub(v) if isinstance(v, str) else v for k, v in event.items()}

    return processor
