"""Why a command could not do what was asked; each becomes one line on stderr and an exit code.

* CliError          exit 1: the world said no
  + NoTarget        neither a standalone instance nor a cluster was found
  + BadManifests    manifests were judged before sending; every flaw is a line of its own
  + NotFound        the named object or file is not there
  + Refused         the API server or the gateway refused the request
* UsageError        exit 2: the command line itself is wrong
"""

from collections.abc import Sequence


class CliError(Exception):
    """``str()`` is the line to print, without a prefix."""

    exit_code = 1

    @property
    def lines(self) -> Sequence[str]:
        """What to print, a line each."""
        return [str(self)]


class NoTarget(CliError):
    """Nothing to talk to; the text says how to get something."""


class NotFound(CliError):
    """The named object or file is not there."""


class Refused(CliError):
    """The other side refused, or did not answer."""


class BadManifests(CliError):
    """Manifests with flaws; nothing has been sent."""

    def __init__(self, flaws: Sequence[str]) -> None:
        super().__init__("\n".join(flaws))
        self.flaws = flaws

    @property
    def lines(self) -> Sequence[str]:
        return self.flaws


class UsageError(CliError):
    """The command line asks for something that does not exist."""

    exit_code = 2
