"""How generated examples are tried: without a clock, and the same ones wherever a change is judged.

A busy machine takes longer for an example than anybody's laptop, and whether a change passes must
not depend on the luck of the draw; new examples are looked for on people's own machines.
"""

import os

from hypothesis import HealthCheck, settings

MADE_FOR_TESTS = os.environ.get("QUARTERDECK_TEST_CLUSTER") == "1"

settings.register_profile(
    "quarterdeck",
    deadline=None,
    derandomize=MADE_FOR_TESTS,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quarterdeck")
