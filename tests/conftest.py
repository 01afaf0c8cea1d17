"""What every test may count on: fixed seeds, and the shared data where they are beside the project."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres", "tests.live"]

settings.register_profile(
    "fixed", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fixed")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The documents and data beside the project; a test that needs them is skipped where they are absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data are not beside this checkout")
    return SHARED
