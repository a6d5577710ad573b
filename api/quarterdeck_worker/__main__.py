"""``python -m quarterdeck_worker``: for places where console scripts are not on PATH."""

import sys

from quarterdeck_worker.main import main

sys.exit(main())
