"""Measures what a release promises: ``python -m tests.bench [operator|chat|all]``.

Every figure is printed beside a baseline that was measured in the same run on the same machine,
because only the ratio means something on another one.
"""

import sys
from pathlib import Path

# As pytest does, so that `bench` and `support` have one name whoever starts them.
sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.command import main

if __name__ == "__main__":
    sys.exit(main())
