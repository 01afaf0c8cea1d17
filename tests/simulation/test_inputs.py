"""What is frozen can be written, read and told apart."""

import pytest

from domain.errors import ImprovementError, InvalidInput, NotFound
from simulation.inputs import ExperimentInputs
from simulation.parameters import CARDS, Parameters
from tests.simulation.worlds import random_world


def test_inputs_survive_being_written_and_read() -> None:
    inputs = random_world(11)
    read = ExperimentInputs.from_bytes(inputs.to_bytes())
    assert read == inputs
    assert read.hash == inputs.hash


def test_any_change_changes_the_hash() -> None:
    assert random_world(11).hash != random_world(12).hash


@pytest.mark.parametrize(
    "damage", [(b'"horizon_months":36', b'"horizon_months":"36"'), (b'"seed":', b'"sead":'), (b'"tier":', b'"tear":')]
)
def test_damaged_inputs_are_refused(damage: tuple[bytes, bytes]) -> None:
    with pytest.raises(InvalidInput):
        ExperimentInputs.from_bytes(random_world(11).to_bytes().replace(*damage))


def test_every_card_has_a_source_and_its_own_key() -> None:
    assert all(card.source for card in CARDS)
    assert len({card.key for card in CARDS}) == len(CARDS)


def test_a_local_figure_needs_its_reason() -> None:
    local = Parameters().overridden({"leader.hazard": 0.3}, "our own turnover, 2021-2025")
    assert local["leader.hazard"] == 0.3
    assert local.card("leader.hazard").value == 0.20
    with pytest.raises(ImprovementError, match="reason"):
        Parameters().overridden({"leader.hazard": 0.3}, "")


def test_an_unknown_card_is_refused() -> None:
    with pytest.raises(NotFound):
        Parameters()["leader.charisma"]
