"""Luck has an address: known answers, one law for both forms, and no trace of a pattern."""

import numpy as np
import pytest
from scipy import stats

from simulation.streams import Purpose, bits, entity_key, mix, stream, streams, uniform, uniforms, world_key

# The first outputs of SplitMix64 seeded with 1234567, as published with its reference implementation.
SPLITMIX = (
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
)


def test_a_stream_is_a_splitmix64_sequence() -> None:
    assert tuple(bits(1234567, n) for n in range(5)) == SPLITMIX


def test_known_answers_pin_the_addressing() -> None:
    """Stored forecasts can only be repeated while these hold; changing them is a new model version."""
    key = stream(world_key(42, 7), entity_key("school-1"), Purpose.WALK)
    assert mix(0) == 0
    assert entity_key("school-1") == 1396712334976521172
    assert key == 1062251145197270168
    assert uniform(key, 0) == 0.423583295425941


def test_scalar_and_numpy_forms_give_the_same_bits() -> None:
    world = world_key(9, 3)
    entities = np.array([entity_key(f"entity-{n}") for n in range(50)], dtype=np.uint64)
    keys = streams(world, entities, Purpose.NOISE)
    drawn = uniforms(keys, 4, first=1000)
    for row, entity in enumerate(entities):
        key = stream(world, int(entity), Purpose.NOISE)
        assert int(keys[row]) == key
        assert [uniform(key, 1000 + n) for n in range(4)] == drawn[row].tolist()


def test_uniforms_never_touch_the_ends() -> None:
    drawn = uniforms(np.arange(2000, dtype=np.uint64), 100)
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0


@pytest.mark.parametrize("along", ["index", "entity", "replication", "purpose"])
def test_draws_are_even_and_independent_along_every_part_of_the_address(along: str) -> None:
    n = 20_000
    if along == "index":
        drawn = uniforms(np.array([stream(world_key(1, 0), 5, 1)], dtype=np.uint64), n)[0]
    elif along == "entity":
        drawn = uniforms(streams(world_key(1, 0), np.arange(n, dtype=np.uint64), 1), 1)[:, 0]
    elif along == "replication":
        drawn = np.array([uniform(stream(world_key(1, r), 5, 1), 0) for r in range(n)])
    else:
        drawn = np.array([uniform(stream(world_key(1, 0), 5, p), 0) for p in range(n)])
    assert stats.kstest(drawn, "uniform").pvalue > 0.001
    counts = np.bincount((drawn[:-1] * 16).astype(int) * 16 + (drawn[1:] * 16).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > 0.001
    for lag in (1, 2, 7):
        assert abs(np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]) < 4.0 / n**0.5


def test_streams_of_neighbouring_purposes_and_replications_are_uncorrelated() -> None:
    entities = np.arange(20_000, dtype=np.uint64)
    here = uniforms(streams(world_key(1, 0), entities, 1), 1)[:, 0]
    for other in (streams(world_key(1, 1), entities, 1), streams(world_key(1, 0), entities, 2)):
        assert abs(np.corrcoef(here, uniforms(other, 1)[:, 0])[0, 1]) < 4.0 / len(entities) ** 0.5
