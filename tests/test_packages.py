"""Our five packages are ours alone."""

from importlib.metadata import packages_distributions

import pytest

OURS = ("domain", "simulation", "storage", "schema", "api")


@pytest.mark.parametrize("name", OURS)
def test_nothing_else_installed_owns_one_of_our_names(name: str) -> None:
    owners = set(packages_distributions().get(name, []))
    assert owners <= {"milepost"}
