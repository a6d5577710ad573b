"""Migrates where there is no ``quarterdeck``: ``python -m quarterdeck_gateway.database``."""

import sys

from quarterdeck_gateway.database.command import main

if __name__ == "__main__":
    sys.exit(main())
