"""Settings of the properties: the same examples in every run; ESTIMATOR_PROPERTIES=long tries many more."""

import os

from hypothesis import HealthCheck, Phase, settings

PROPERTIES = {
    "deadline": None,
    "database": None,
    "phases": (Phase.explicit, Phase.generate, Phase.shrink),
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile("ci", max_examples=60, derandomize=True, **PROPERTIES)
settings.register_profile("long", max_examples=10_000, **PROPERTIES)
settings.load_profile("long" if os.environ.get("ESTIMATOR_PROPERTIES") == "long" else "ci")
